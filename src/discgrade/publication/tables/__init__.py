"""The paper's four tables, its Results in words, and the cohort; each next to the published numbers."""
