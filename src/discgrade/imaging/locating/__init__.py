"""Where the discs of a sagittal slice are: from its pixels to a locator's input, and from its output to named boxes."""
