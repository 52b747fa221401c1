"""Tables of the results: training, outputs, scores, intervals and grades."""
