"""One engine a backend: a training step and a prediction step, each compiled once."""
