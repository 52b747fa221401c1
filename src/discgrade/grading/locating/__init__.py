"""Slices and boxes that nobody drew: the locator of a bundle, and what it proposes for readings."""
