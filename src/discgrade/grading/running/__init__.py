"""Scans graded by a command or a workflow: what is asked for, which process does what, and parts of thousands."""
