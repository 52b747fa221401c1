"""Which elements of a data set may leave, and in which form (PS3.15 Table E.1-1)."""
