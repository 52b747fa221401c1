"""What changed between a patient's studies, and what may not have."""

from dataclasses import replace

import pytest

from discgrade.grading.outputs.pages.longitudinal import change, history
from discgrade.grading.outputs.pages.views import Earlier


@pytest.fixture
def disc(study):
    """A function that makes a disc of this grade and this set."""
    return lambda grade, found: replace(study[0].discs[0], grade=grade, set=found)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ((2, (2,)), (4, (3, 4)), "+2, sets apart"),
        ((2, (2, 3)), (3, (3,)), "+1, sets overlap: may be no change"),
        ((3, (3,)), (2, (2, 3)), "−1, sets overlap: may be no change"),
        ((3, (3,)), (3, (2, 3)), "unchanged"),
        ((3, ()), (4, ()), "+1"),
    ],
)
def test_a_change_is_certain_only_where_sets_have_nothing_in_common(disc, before, now, said):
    assert str(change(disc(*before), disc(*now))) == said


def test_studies_stand_in_order_of_date(study, later):
    known = history([Earlier(later[0], ()), Earlier(study[0], ())])
    assert [one.study_date for one in known.studies] == ["2008-07-05", "2012-09-11"]
    assert [level for level, _ in known.rows] == [disc.place.level for disc in study[0].discs]


def test_a_change_counts_from_the_date_before_at_which_the_disc_was_graded(study, later):
    first, last = study[0], later[0]
    between = replace(last, study_date="2010-01-01", discs=last.discs[1:])
    level, row = history([Earlier(first, ()), Earlier(between, ()), Earlier(last, ())]).rows[0]
    assert level == "L1/L2"
    assert sorted(row) == [0, 2]
    assert row[0].change is None
    assert row[2].change == change(first.discs[0], last.discs[0])


def test_a_study_without_a_date_has_no_place(study, later):
    known = history([Earlier(study[0], ()), Earlier(replace(later[0], study_date=None), ())])
    assert (len(known.studies), known.undated) == (1, 1)
