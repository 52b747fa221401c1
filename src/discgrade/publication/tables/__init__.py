"""The paper's four tables, its Results in words, and the cohort; each beside the published numbers."""
