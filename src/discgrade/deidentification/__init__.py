"""Exporting DICOM and readings without anything that identifies people (PS3.15 Annex E)."""
