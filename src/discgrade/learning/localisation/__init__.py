"""Where the discs are: the second task of the training loop."""
