"""How far a grade can be trusted: agreement scores, credible intervals and paired comparisons."""
