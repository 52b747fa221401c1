"""Agreement metrics and Bayesian credible intervals."""
