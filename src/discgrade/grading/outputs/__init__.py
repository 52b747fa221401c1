"""What grading leaves behind: tables, pages, PDF, DICOM."""
