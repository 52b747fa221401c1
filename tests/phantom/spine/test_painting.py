"""What the phantom's slices show, measured on slices without noise."""

import numpy as np
import pytest

from discgrade.keyed import generator
from discgrade.phantom.spine.anatomy import NAMES, Disc, Spine
from discgrade.phantom.spine.painting import paint_back
from discgrade.phantom.spine.region import drawn, region
from discgrade.phantom.spine.signs import signs_of
from discgrade.phantom.spine.stacking import stack
from discgrade.phantom.spine.view import View, empty_view

LATERAL = (-9.0, -4.5, 0.0, 4.5, 9.0)
MIDDLE = LATERAL.index(0.0)


def spine_of(grade: float, lordosis: float = 1.0) -> Spine:
    rng = generator("spine", str(grade))
    signs = [signs_of(grade, rng) for _ in range(len(NAMES) - 1)]
    return stack(signs, scale=1.0, lordosis=lordosis, rng=rng)


def painted(spine: Spine) -> View:
    """A spine on slices of half a millimetre."""
    grid = np.arange(-120, 120, 0.5, dtype=np.float32)
    lateral = np.broadcast_to(np.float32(LATERAL)[:, None, None], (len(LATERAL), len(grid), 1))
    view = empty_view(grid[None], grid[:, None], lateral, 0.5, generator("texture"))
    paint_back(view, spine, age=50, rng=generator("tissue"))
    return view


@pytest.fixture(scope="module")
def backs() -> dict[int, tuple[Spine, View]]:
    spines = {grade: spine_of(grade) for grade in range(1, 6)}
    return {grade: (spine, painted(spine)) for grade, spine in spines.items()}


def around(view: View, point: tuple[float, float], reach: float = 1.5) -> np.ndarray:
    """Signals of the midsagittal slice around a point."""
    y, z = point
    return view.window((y - reach, y + reach), (z - reach, z + reach)).signal[MIDDLE]


def fluid(spine: Spine, view: View, disc: Disc) -> float:
    z = disc.centre[1]
    return float(around(view, (float(spine.canal.middle(z)) - 2, z)).mean())


def nucleus(view: View, disc: Disc) -> float:
    """Upper quartile, so that a cleft does not count."""
    return float(np.quantile(around(view, disc.centre, 4), 0.75))


def test_the_nucleus_against_the_fluid_tells_the_grade(backs):
    ratios = [
        np.median([nucleus(view, disc) / fluid(spine, view, disc) for disc in spine.lumbar_discs])
        for spine, view in backs.values()
    ]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] > 0.75
    assert ratios[4] < 0.2


def test_discs_lose_height_with_the_grade(backs):
    heights = []
    for spine, _ in backs.values():
        gaps = [np.subtract(disc.lower.upper.centre, disc.upper.lower.centre) for disc in spine.lumbar_discs]
        heights.append(np.linalg.norm(gaps, axis=1).mean())
    assert heights[0] == pytest.approx(10.7, abs=1)
    assert heights[4] < 0.55 * heights[0]


def test_vertebrae_are_brighter_than_the_annulus_and_darker_than_fluid(backs):
    spine, view = backs[2]
    for disc in spine.lumbar_discs:
        marrow = around(view, disc.upper.at(-5, 0)).mean()
        annulus = np.quantile(around(view, disc.upper.at(-disc.depth / 2 + 1, disc.upper.height / 2 + 4)), 0.25)
        assert annulus < 0.6 * marrow
        assert marrow < 0.6 * fluid(spine, view, disc)


def test_the_spine_is_stacked_from_head_to_feet_with_a_lordosis():
    flat, curved = spine_of(1, lordosis=0.5), spine_of(1, lordosis=1.2)
    for spine in (flat, curved):
        assert np.diff([vertebra.centre[1] for vertebra in spine.vertebrae]).min() > 10
    angles = [
        s.vertebrae[NAMES.index("S1")].upper.tilt - s.vertebrae[NAMES.index("L1")].upper.tilt for s in (flat, curved)
    ]
    assert np.degrees(angles) == pytest.approx([25, 60], abs=6)


def test_the_sac_is_seen_in_the_middle_and_not_beside_it(backs):
    spine, view = backs[2]
    z = spine.lumbar_discs[2].centre[1]
    y = float(spine.canal.middle(z))
    part = view.window((y - 8, y + 8), (z - 1, z + 1)).signal.mean(axis=1)
    width = (part > 0.7).sum(axis=1) * 0.5
    assert width[MIDDLE] > 10
    assert width[0] < 0.75 * width[MIDDLE]


@pytest.mark.parametrize("grade", [1, 3, 5])
def test_a_region_holds_the_disc_a_part_of_both_vertebrae_and_fluid(backs, grade):
    spine, view = backs[grade]
    for disc in spine.lumbar_discs:
        front, top, back, bottom = region(disc)
        corners = [plate.centre for plate in (disc.upper.lower, disc.lower.upper)]
        for y, z in [disc.centre, *corners, disc.upper.at(0, 0.21 * disc.upper.height)]:
            assert front < y < back
            assert top < z < bottom
        assert not top < disc.upper.centre[1] < bottom or abs(np.degrees(disc.tilt)) > 20
        inside = view.window((front, back), (top, bottom)).signal[MIDDLE]
        assert np.mean(inside > 0.7) > 0.05


def test_a_hand_draws_a_region_within_a_few_pixels():
    boxes = np.array([drawn((100.0, 50.0, 60.0, 30.0), generator(number)) for number in range(500)])
    assert np.abs(boxes - [100, 50, 60, 30]).max() < 9
    assert boxes.std(axis=0) == pytest.approx([1.3, 1.3, 1.9, 1.9], abs=0.25)
