"""Adjudication and review: discs that are read again with other grades in view, and said to be so."""

import pytest
from rating_study import LEVELS

from discgrade.imaging.box import Box
from discgrade.rating import export
from discgrade.rating.disputes import Dispute
from discgrade.rating.ledger.reading import Mark
from discgrade.rating.queue import Rater
from discgrade.settings.groups.rating import Rating


@pytest.fixture
def differing(serve):
    """Two raters who read the same four studies; they differ by 2.3 on one disc, by 1 on another, else by 0.3."""
    study = serve(settings=Rating(levels=LEVELS, reread=0.0, second_rater=1.0))
    main, other = study.page(0), study.page(1)
    main.read_all(2.0)
    words = sorted(study.desk.studies)
    for word, low in zip(words, (2.3, 2.3, 2.3, 3.0), strict=True):
        item = study.desk.name("Dr Other", next(w for w in study.desk.shares["Dr Other"].all if w.study == word))
        other.read(item, low, 4.3 if word == words[0] else 2.3)
    return study


def test_the_largest_difference_comes_first(differing):
    page = differing.page(take=True)
    listed = page.worklist("adjudication")["items"]
    assert [(one["level"], one["difference"]) for one in listed] == [("L4/L5", 2.3), ("L5/S1", 1.0)]


def test_both_grades_are_shown_without_names_and_the_main_raters_box(differing):
    page = differing.page(take=True)
    first = page.worklist("adjudication")["resume"]["item"]
    found = page.get(f"/api/items/{first}").json
    assert found["shown"] == {"grades": [{"who": "A", "grade": 2.0}, {"who": "B", "grade": 4.3}]}
    (disc,) = found["reading"]["discs"]
    assert (disc["level"], disc["grade"]) == ("L4/L5", None)
    assert {name: disc["box"][name] for name in ("x", "y", "width", "height")} == {
        "x": 1,
        "y": 2,
        "width": 5,
        "height": 4,
    }


def test_the_record_says_that_it_was_not_blind(differing):
    page = differing.page(take=True)
    item = page.worklist("adjudication")["resume"]["item"]
    page.get(f"/api/items/{item}")
    answer = page.act(item, "grade", disc=0, grade=3.3)
    assert (answer.json["done"], answer.json["total"]) == (1, 2)
    rows = [dict(zip(export.COLUMNS, row, strict=True)) for row in export.rows(differing.store, differing.settings)]
    (reviewed,) = [row for row in rows if row["origin"] == "reviewed"]
    assert (reviewed["grade"], reviewed["rater"], reviewed["reading"], reviewed["level"]) == (
        3.3,
        "Dr Main",
        2,
        "L4/L5",
    )
    assert len(rows) == 4 * 2 * 2 + 1
    (shown,) = [action for action in differing.store.all() if action.kind == "shown"]
    assert shown.payload["grades"] == {"grades": [{"who": "A", "grade": 2.0}, {"who": "B", "grade": 4.3}]}


def test_a_reviewed_grade_may_take_the_place_of_the_first_one(differing):
    from dataclasses import replace

    page = differing.page(take=True)
    item = page.worklist("adjudication")["resume"]["item"]
    page.get(f"/api/items/{item}")
    page.act(item, "grade", disc=0, grade=3.3)
    rows = export.rows(differing.store, replace(differing.settings, reviewed="instead"))
    made = [dict(zip(export.COLUMNS, row, strict=True)) for row in rows]
    assert len(made) == 4 * 2 * 2
    (reviewed,) = [row for row in made if row["origin"] == "reviewed"]
    assert (reviewed["rater"], reviewed["reading"], reviewed["grade"]) == ("Dr Main", 1, 3.3)


@pytest.mark.parametrize("kind", ["lumbar", "add", "remove", "level", "aside"])
def test_a_single_disc_is_no_spine(differing, kind):
    page = differing.page(take=True)
    item = page.worklist("adjudication")["resume"]["item"]
    what = {"count": 6, "disc": 0, "level": "L5/S1", "reason": "broken"}
    assert page.act(item, kind, **what).status == 422


def test_undo_keeps_to_its_mode(differing):
    page = differing.page(take=True)
    item = page.worklist("adjudication")["resume"]["item"]
    page.get(f"/api/items/{item}")
    page.act(item, "grade", disc=0, grade=3.3)
    assert page.step("undo", "adjudication").json["reading"]["discs"][0]["grade"] is None
    assert page.step("undo", "adjudication").status == 404


def test_an_adjudicator_sees_disputes_and_reads_nothing_blind(serve):
    raters = (Rater("Dr Main"), Rater("Dr Other", "second"), Rater("Dr Judge", "adjudicator"))
    study = serve(settings=Rating(levels=LEVELS, reread=0.0, second_rater=1.0), raters=raters)
    study.page(0).read_all(2.0)
    study.page(1).read_all(3.0)
    judge = study.page(2)
    assert [one["mode"] for one in judge.get("/api/start").json["modes"]] == ["adjudication"]
    assert judge.worklist("adjudication")["total"] == 8
    assert judge.read_all(3.0, "adjudication")
    assert judge.worklist("adjudication")["done"] == 8


def test_review_shows_the_distribution_and_begins_with_the_models_box(serve):
    study = serve()
    one, two, *_ = study.desk.studies.values()
    frame = one.stacks[0].slices[2]
    probabilities = [{"grade": grade, "p": p} for grade, p in ((1.0, 0.1), (4.0, 0.9))]
    study.desk.pseudo = [
        Dispute(two.word, "L5/S1", 1.8, {"pseudo": 1.0, "expected": 2.8, "probabilities": []}),
        Dispute(
            one.word, "L4/L5", 2.7, {"pseudo": 1.0, "expected": 3.7, "probabilities": probabilities},
            Mark(frame.instance, 1, Box(2, 3, 5, 4)),
        ),
    ]  # fmt: skip
    page = study.page()
    page.read_all(2.0)
    listed = page.worklist("review")["items"]
    assert [(item["level"], item["difference"]) for item in listed] == [("L4/L5", 2.7), ("L5/S1", 1.8)]
    found = page.get(f"/api/items/{listed[0]['item']}").json
    assert found["shown"]["probabilities"] == probabilities
    assert found["reading"]["discs"][0]["box"] == {"series": 0, "slice": 2, "x": 2, "y": 3, "width": 5, "height": 4}
    assert (found["reading"]["series"], found["reading"]["slice"]) == (0, 2)
    answer = page.act(listed[0]["item"], "grade", disc=0, grade=3.7)
    assert answer.json["reading"]["done"]
    origins = {row[export.COLUMNS.index("origin")] for row in export.rows(study.store, study.settings)}
    assert origins == {"human", "reviewed"}
