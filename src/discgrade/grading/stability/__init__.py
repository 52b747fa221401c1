"""Discs graded again with their region moved."""
