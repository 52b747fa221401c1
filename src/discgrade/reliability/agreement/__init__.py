"""Agreement in more ways, by groups of discs: further coefficients, tests of differences, limits, sample sizes."""
