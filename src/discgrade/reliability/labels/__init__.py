"""How good the labels are: what the models that did not learn a disc say of the grade that a rater gave it."""
