"""A study's job records as a Workflow Run RO-Crate."""
