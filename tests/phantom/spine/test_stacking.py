"""Tests for discgrade.phantom.spine.stacking."""

import pytest

from discgrade.phantom.population import draw_patient
from discgrade.phantom.spine.stacking import SIXTH, build_spine


@pytest.fixture
def spines():
    """The usual spine of a patient, and the same with a sixth lumbar vertebra."""
    patient = draw_patient(1, "primary", 3)
    return build_spine(patient), build_spine(patient, lumbarised=True)


def test_a_lumbarised_spine_is_the_same_down_to_its_fifth_lumbar_vertebra(spines):
    usual, lumbarised = ([(one.name, one.centre, one.height) for one in spine.vertebrae[:8]] for spine in spines)
    assert usual[-1][0] == "L5"
    assert lumbarised == usual


def test_its_sixth_is_no_part_of_the_sacrum_and_has_a_disc_below_it(spines):
    usual, lumbarised = (spine.discs[8] for spine in spines)
    assert (usual.upper.name, lumbarised.upper.name, lumbarised.lower.name) == ("S1", SIXTH, "S2")
    assert not lumbarised.upper.sacral
    heights = [disc.lower.upper.centre[1] - disc.upper.lower.centre[1] for disc in (usual, lumbarised)]
    assert heights[1] > 2 * heights[0]
