"""Boxes and slice that a bundle's locator proposes on the raters' page, and when it holds back."""

import pytest
from rating_study import LEVELS as LISTED
from tiny_locator import BOXES, spine_study, write_locating

from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.locating.locator import locator_of
from discgrade.imaging.box import Box
from discgrade.imaging.locating.found import Found, FoundDisc
from discgrade.imaging.locating.middle import Middle
from discgrade.imaging.locating.stack import Located
from discgrade.rating.server.proposals import Proposals, proposed
from discgrade.settings.groups.rating import Rating

LOCATED = Located(tuple((2, FoundDisc(level, box, 0.9)) for level, box in BOXES.items()), Middle(2, "it is"))


@pytest.fixture(scope="module")
def spines(tmp_path_factory):
    """Two studies; the middle of the first is not its middle slice."""
    folder = tmp_path_factory.mktemp("spines")
    spine_study(folder, "100", (2, 8, 4, 0, 0, 0, 0))
    spine_study(folder, "200", (0, 0, 0))
    return folder


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return open_bundle(write_locating(tmp_path_factory.mktemp("bundle") / "tiny"))


@pytest.fixture
def opened(serve, spines, bundle):
    """A page, and what it is told of the study with a spine and of the one without."""
    study = serve(spines)
    study.desk.proposals = Proposals(locator_of(bundle), bundle.digest, spines)
    page = study.page()
    items = [one["item"] for one in page.worklist()["items"]]
    answers = [page.get(f"/api/items/{item}").json for item in items]
    return page, *sorted(answers, key=lambda one: -one["series"][0]["slices"])


def ghosts(answer):
    return {one["level"]: one["ghost"] for one in answer["reading"]["discs"]}


def test_the_page_opens_on_the_middle_slice_with_the_found_boxes(opened):
    _, with_spine, _ = opened
    assert (with_spine["reading"]["slice"], with_spine["series"][0]["middle"]) == (1, 1)
    for level, ghost in ghosts(with_spine).items():
        known = BOXES[level]
        assert (ghost["x"], ghost["y"]) == pytest.approx((known.x, known.y), abs=3)
        assert (ghost["width"], ghost["height"]) == pytest.approx((known.width, known.height), abs=1)


def test_nothing_of_the_locator_but_boxes_is_told(opened):
    page, with_spine, _ = opened
    told = page.get(f"/api/items/{with_spine['item']}").body.decode()
    assert not any(word in told for word in ("probab", "score", "locator", "expected"))
    assert all(one["grade"] is None for one in with_spine["reading"]["discs"])


def test_where_nothing_was_found_the_typical_spine_is_proposed(opened):
    _, _, without = opened
    assert without["reading"]["slice"] == 1
    assert all(ghost is not None for ghost in ghosts(without).values())


def test_a_disc_that_the_locator_does_not_know_is_proposed_above_those_that_it_found(serve, tmp_path):
    """Discs 25 px of 1.4 mm apart, as in most people, found by a locator of two levels."""
    spine_study(tmp_path / "scans", "100", PixelSpacing=[1.4, 1.4])
    two = Found(tuple(FoundDisc(level, BOXES[level], 0.9) for level in ("L5/S1", "L4/L5")), 1.0)
    study = serve(tmp_path / "scans", settings=Rating(levels=("L3/L4", *LISTED), reread=0.0, second_rater=0.0))
    study.desk.proposals = Proposals(lambda slices, _: [two] * len(slices), "0" * 64, tmp_path / "scans")
    page = study.page()
    found = ghosts(page.get(f"/api/items/{page.worklist()['resume']['item']}").json)
    assert found["L3/L4"]["y"] == pytest.approx(BOXES["L3/L4"].y, abs=4)
    assert found["L3/L4"]["width"] == pytest.approx(BOXES["L3/L4"].width, abs=1)


def test_a_disc_with_a_box_has_no_proposed_one(opened):
    page, with_spine, _ = opened
    box = BOXES["L5/S1"]
    place = LISTED[::-1].index("L5/S1") if with_spine["reading"]["discs"][0]["level"] == "L5/S1" else 1
    answer = page.box(with_spine["item"], place, slice=1, **vars(box)).json
    found = ghosts(answer)
    assert found["L5/S1"] is None
    assert found["L4/L5"]["y"] == pytest.approx(BOXES["L4/L5"].y, abs=3)


def test_a_rater_who_counts_otherwise_is_not_told_otherwise():
    drawn = {"L4/L5": BOXES["L5/S1"]}
    assert proposed(LOCATED, ["L5/S1", "L4/L5", "L3/L4"], drawn) == {}
    drawn = {"L4/L5": Box(11, 36, 38, 20)}
    assert proposed(LOCATED, ["L5/S1", "L4/L5", "L3/L4"], drawn) == {
        level: BOXES[level] for level in ("L5/S1", "L3/L4")
    }


def test_of_two_who_ask_at_once_the_locator_is_asked_once(serve, spines, bundle):
    asked = []
    locator = locator_of(bundle)

    def find(slices, spacing):
        asked.append(len(slices))
        return locator(slices, spacing)

    study = serve(spines)
    proposals = Proposals(find, bundle.digest, spines)
    (one,) = [one for one in study.desk.studies.values() if one.patient_id == "100"]
    proposals.prepare_ahead([one, one])
    proposals.prepare(one)
    proposals.prepare(one)
    assert asked.count(7) == 1
    assert proposals.of(one).middle.slice == 1
