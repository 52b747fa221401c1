"""Exchanged grades of neighbouring discs are found."""

import numpy as np


def test_swapped_rows_are_found_with_their_share(labelled, found_in, judged):
    pairs = 30

    def swapped(grades, days, rng):
        """Exchange neighbours that differ by a grade or more: 5 % of the sheet's 1,200 pairs in two."""
        spoiled = grades.copy()
        apart = np.argwhere(np.abs(np.diff(grades, axis=1)) >= 1)
        for patient, level in apart[rng.permutation(len(apart))[:pairs]]:
            spoiled[patient, [level, level + 1]] = grades[patient, [level + 1, level]]
        return spoiled

    noisy = labelled(swapped)
    sign = judged(noisy)["swapped"]
    assert found_in(noisy) == {"swapped"}
    assert sign.n == 1200
    # Exchanges of discs that look alike are no gain, and some are gains by chance.
    assert 0.3 * pairs / 1200 < sign.value < pairs / 1200
