"""Pixel data: what its description says, nothing in bits or streams that is no picture."""
