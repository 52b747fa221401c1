"""The ratings sheet, reference grades and patient-wise splits."""
