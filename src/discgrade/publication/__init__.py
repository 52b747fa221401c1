"""Tables, figures and the paper's published values."""
