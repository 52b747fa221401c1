"""Training: the loop, for any task, and the task of grading."""
