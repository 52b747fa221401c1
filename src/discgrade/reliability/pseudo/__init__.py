"""Labels that a model gives a cohort: made within each split, reviewed, and judged by what people read."""
