"""Grades as DICOM: a structured report, and the slice with its boxes."""
