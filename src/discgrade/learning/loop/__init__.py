"""The training loop, for any task: engines, batches, checkpoints and the schedule."""
