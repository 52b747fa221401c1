"""The figure of found boxes: it draws what its table says, legibly."""

import numpy as np
import pandas as pd
import pytest
from drawn_study import CONTEXT
from found_boxes import gathered

from discgrade.publication.figures.localisation import localisation


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("found")
    return {"boxes": gathered(folder, 40, {(0, "L4/L5"): 20.0, (1, "L5/S1"): None}).boxes}


def test_the_curves_reach_the_share_of_discs_within_a_distance(found, out, saved):
    localisation(**found, context=CONTEXT, files=out)
    rows = pd.read_csv(out.csv)
    distances = saved[0].axes[0]
    for line in distances.lines[:3]:
        of_level = rows[rows["level"] == line.get_label()]
        assert line.get_ydata()[-1] == pytest.approx((of_level["distance"] <= 15).mean())
    probabilities = saved[0].axes[2].collections[0].get_offsets()
    assert np.asarray(probabilities)[:, 1].tolist() == pytest.approx([0, 118 / 119])


def test_every_word_is_legible(found, out, saved, check_legible):
    localisation(**found, context=CONTEXT, files=out)
    check_legible(*saved)
