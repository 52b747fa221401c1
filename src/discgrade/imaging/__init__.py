"""What a slice shows: DICOM files and their headers, and the regions of interest on them."""
