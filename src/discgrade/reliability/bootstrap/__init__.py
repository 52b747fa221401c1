"""Bayesian bootstrap: weights, draws of scores, and what they say."""
