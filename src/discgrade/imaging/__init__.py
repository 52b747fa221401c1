"""DICOM reading and de-identification, the phantom cohort, regions of interest."""
