"""The invented spine: its shape, its signs of degeneration, and how it is painted into a slice."""
