"""What the models do not explain is no matter of how they err as a whole."""


def test_a_model_that_pulls_towards_the_middle_is_no_sign(labelled, found_in):
    pulled = labelled()
    pulled.discs["expected"] = 3 + 0.5 * (pulled.discs["expected"] - 3)
    assert found_in(pulled) == set()
