import numpy as np
import pytest

from discgrade.copies import is_scored


@pytest.mark.parametrize(("score", "scored"), [("as_read", [0]), ("averaged", [0, 1, 2]), ("augmented", [1, 2])])
def test_a_protocol_scores_the_disc_as_read_its_copies_or_both(score, scored):
    copy = np.arange(3, dtype=np.int32)
    assert copy[is_scored(copy, score)].tolist() == scored
