"""The raters' sheet as it was written: its columns, names of discs, numbers and days; every fault told by row."""
