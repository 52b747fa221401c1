"""Tables of the cohort: readings, discs, regions, boxes, samples and splits."""
