"""The tables of the paper, and its statements."""
