"""Volumes (NIfTI, MetaImage, NRRD) as slices: where each lies in the patient, by the file's affine and nothing else."""
