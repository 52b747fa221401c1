"""What a bundle makes of regions of interest: networks, grades, sets, flags, and what a grade rests on."""
