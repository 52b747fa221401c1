"""Volumes, their masks and a sheet of grades as an export: no word of a file or its name gets into it."""
