"""Signs of noise in readings, each with a null by permutation: drift, a careless day, swapped rows, a shared shift."""
