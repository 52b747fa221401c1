"""What a disc shows of its degeneration, against Pfirrmann et al. 2001."""

import numpy as np
import pytest

from discgrade.keyed import generator
from discgrade.phantom.spine.signs import Signs, signs_of


def mean_signs(degeneration: float, contradictory: bool = False) -> dict[str, float]:
    drawn = [signs_of(degeneration, generator(number), contradictory) for number in range(300)]
    return {name: float(np.mean([getattr(sign, name) for sign in drawn])) for name in Signs.__dataclass_fields__}


@pytest.fixture(scope="module")
def signs() -> dict[int, dict[str, float]]:
    return {grade: mean_signs(grade) for grade in range(1, 6)}


def test_the_nucleus_darkens_from_nearly_fluid_to_black(signs):
    signal = [signs[grade]["nucleus"] for grade in signs]
    assert signal == sorted(signal, reverse=True)
    assert signal[0] > 0.8
    assert signal[4] < 0.12


def test_the_height_is_normal_to_grade_2_and_collapses_at_grade_5(signs):
    height = [signs[grade]["height"] for grade in signs]
    assert height[:2] == pytest.approx([1, 1], abs=0.05)
    assert height[2] > 0.85
    assert height[4] < 0.5


def test_the_border_of_the_nucleus_is_clear_at_grades_1_and_2_and_lost_from_grade_4(signs):
    border = [signs[grade]["border"] for grade in signs]
    assert max(border[:2]) < 0.2 < border[2] < 0.5 < min(border[3:])


def test_horizontal_clefts_are_seen_at_grades_2_and_3_only(signs):
    depth = [signs[grade]["cleft"] * signs[grade]["nucleus"] for grade in signs]
    assert min(depth[1:3]) > 3 * max(depth[0], *depth[3:])


def test_a_grade_1_nucleus_is_homogeneous(signs):
    mottle = [signs[grade]["mottle"] for grade in signs]
    assert mottle[0] < 0.3 * min(mottle[1:])


def test_a_contradictory_disc_has_collapsed_but_is_bright():
    signs = mean_signs(4, contradictory=True)
    assert signs["height"] < 0.55
    assert signs["nucleus"] > 0.55
