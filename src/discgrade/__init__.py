"""discgrade: reproducible Pfirrmann grading of lumbar discs, from DICOM to tables and figures."""

__version__ = "0.1.0"
