"""What a study asks for: the config, checked once and frozen, and the grid of runs that follows from it."""
