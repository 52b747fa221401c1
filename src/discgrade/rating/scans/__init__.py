"""The folder of scans as raters may see it: studies without names, slices as grey values."""
