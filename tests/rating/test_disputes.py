"""Discs on which raters differ, and those on which a model is in doubt."""

import pytest

from discgrade.imaging.box import Box
from discgrade.private import RefusedError
from discgrade.rating.disputes import between_raters, in_order, of_model
from discgrade.rating.ledger.reading import Mark

HEAD = "sop_instance_uid,level,pseudo,expected"


def test_raters_differ_from_the_threshold_on():
    grades = {"A": {("s", "L4/L5"): 2.0, ("s", "L5/S1"): 3.0}, "B": {("s", "L4/L5"): 3.0, ("s", "L5/S1"): 3.7}, "C": {}}
    (one,) = between_raters(grades, 1.0)
    assert (one.disc, one.difference) == (("s", "L4/L5"), 1.0)
    assert len(between_raters(grades, 0.7)) == 2
    assert between_raters({"A": grades["A"]}, 0) == []


def test_of_three_raters_the_widest_difference_counts():
    grades = {name: {("s", "L4/L5"): grade} for name, grade in zip("ABC", (2.0, 2.3, 4.0), strict=True)}
    (one,) = between_raters(grades, 1.0)
    assert one.difference == 2.0
    assert [said["grade"] for said in one.shown["grades"]] == [2.0, 2.3, 4.0]


def test_the_largest_difference_comes_first_and_ties_are_seeded():
    grades = {name: {(f"s{n}", "L4/L5"): grade + n % 2 for n in range(9)} for name, grade in (("A", 1.0), ("B", 3.0))}
    grades["B"]["s5", "L4/L5"] = 5.0
    found = between_raters(grades, 1.0)
    ordered = in_order(found, 1)
    assert ordered[0].study == "s5"
    assert in_order(list(reversed(found)), 1) == ordered != in_order(found, 2)


@pytest.fixture
def table(serve, tmp_path):
    """A function that reads a table of pseudo-labels of the four studies; {0} to {3} stand for their middle slices."""
    studies = serve().desk.studies
    uids = [study.stacks[0].slices[1].instance for study in studies.values()]

    def read(text, threshold=1.7):
        (tmp_path / "pseudo.csv").write_text(text.format(*uids))
        return of_model(tmp_path / "pseudo.csv", studies, threshold)

    read.uids = uids
    return read


def test_a_pseudo_label_far_from_the_expected_grade_is_reviewed(table):
    found = table(f"{HEAD}\n{{0}},L4/L5,2,3.7\n{{1}},L4/L5,2,3.6\n{{2}},L5/S1,4.3,1.3\n")
    assert [(one.level, round(one.difference, 2)) for one in found] == [("L4/L5", 1.7), ("L5/S1", 3.0)]


def test_what_a_rater_read_is_shown_as_a_label_and_not_as_a_models_grade(table):
    head = "sop_instance_uid,level,label,expected,uncertainty"
    (one,) = table(f"{head}\n{{0}},L4/L5,3.7,2.1,0.9\n")
    assert (one.shown["pseudo"], one.shown["label"], one.uncertainty) == (3.7, True, 0.9)
    (other,) = table(f"{HEAD}\n{{0}},L4/L5,2,3.7\n")
    assert "label" not in other.shown


def test_a_table_that_says_how_uncertain_discs_are_is_taken_whole_and_in_that_order(table):
    found = table(f"{HEAD},uncertainty\n{{0}},L4/L5,2,2.1,1.2\n{{1}},L4/L5,2,3.9,2.4\n{{2}},L5/S1,4,4,3.1\n")
    assert [one.uncertainty for one in in_order(found, 1)] == [3.1, 2.4, 1.2]
    assert [round(one.difference, 1) for one in found] == [0.1, 1.9, 0.0]


def test_the_distribution_gives_the_expected_grade_and_is_shown(table):
    text = "sop_instance_uid,level,grade,p_1,p_2,p_3,p_4,p_5\n{0},L4/L5,1,0.5,0,0,0,0.5\n"
    (one,) = table(text)
    assert one.difference == 2.0
    assert one.shown["expected"] == 3.0
    assert one.shown["probabilities"][0] == {"grade": 1.0, "p": 0.5}


def test_thirteen_probabilities_are_understood(table):
    text = "sop_instance_uid,level,pseudo,p_1.3,p_3.7\n{0},L4/L5,1.3,0.25,0.75\n"
    assert table(text)[0].shown["expected"] == 3.1


def test_a_box_comes_along(table):
    (one,) = table(f"{HEAD},x,y,width,height\n{{0}},L4/L5,2,4,1,2,5.5,4\n")
    assert one.mark == Mark(table.uids[0], 1, Box(1, 2, 5.5, 4))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}\nother,L4/L5,2,4\n", "row 2: should name an image"),
        (f"{HEAD}\n{{0}},,2,4\n", "row 2: should hold a level"),
        (f"{HEAD}\n{{0}},L4/L5,,4\n", "row 2: should hold a pseudo-label"),
        (f"{HEAD}\n{{0}},L4/L5,2,\n", "row 2: should hold expected"),
    ],
)
def test_a_table_with_faults_is_refused(table, text, words):
    with pytest.raises(RefusedError, match=words):
        table(text)


def test_a_table_that_is_not_there_is_refused(table, tmp_path):
    with pytest.raises(RefusedError, match="missing"):
        of_model(tmp_path / "none.csv", {}, 1.7)
