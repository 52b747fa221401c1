"""How sure a grade is: calibrated probabilities, sets of grades, and how far a disc lies from what was learned."""
