"""Scores of pairs of grades: confusion matrices, what follows from them, and cuts that are fitted to them."""
