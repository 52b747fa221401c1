"""A phantom cohort: DICOM studies of invented patients and the readings of two raters, for tests and demonstrations."""
