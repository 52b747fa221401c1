"""A bundle that is fitted to another site's readings."""
