"""Forest plot: every variant and the raters' own agreement, with credible intervals."""
