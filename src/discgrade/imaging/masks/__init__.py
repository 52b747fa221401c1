"""Masks of vertebrae, discs and canal, made elsewhere, as boxes of discs on their slices."""
