"""Regions of interest on their slices, a sample and every flagged one: a swapped coordinate is seen at once."""
