"""A folder of scans: the headers of its files, read once, and the studies that they belong to."""
