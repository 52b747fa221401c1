"""What is wrong with a volume."""


class VolumeError(ValueError):
    """A file that cannot be read as slices of a patient; the message names neither file nor patient."""
