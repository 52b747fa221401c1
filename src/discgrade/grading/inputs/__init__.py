"""What is graded: the studies of a folder, the series that is read, and the regions of a sheet."""
