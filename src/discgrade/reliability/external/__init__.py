"""External validation: the same network on patients of the study, and on those of elsewhere."""
