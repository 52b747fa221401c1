"""Who reads what when: shares and orders follow from the seed, re-readings from the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.rating.ledger.work import Work, blind
from discgrade.rating.queue import Rater, is_closed, is_due, remaining, share, unread
from discgrade.settings.groups.rating import Rating

MAIN, SECOND = Rater("Dr A"), Rater("Dr B", "second")
NOW = datetime(2026, 6, 1, tzinfo=UTC)

studies = st.sets(st.text("abcdef0123456789", min_size=4, max_size=6), min_size=1, max_size=40).map(sorted)
shares = st.floats(0, 1)
plans = st.builds(
    Rating, reread=shares, second_rater=shares, seed=st.integers(0, 99), days=st.sampled_from([0.0, 28.0])
)


def days(count):
    return timedelta(days=count)


@given(plans, studies)
def test_the_main_rater_reads_every_study_once_and_a_share_again(plan, found):
    mine = share(plan, found, MAIN)
    assert sorted(mine.first) == found
    assert set(mine.again) <= set(found)
    assert len(set(mine.again)) == len(mine.again) == (max(1, round(plan.reread * len(found))) if plan.reread else 0)


@given(plans, studies)
def test_the_second_rater_reads_others_than_those_read_again_as_long_as_there_are_any(plan, found):
    again, part = set(share(plan, found, MAIN).again), share(plan, found, SECOND)
    overlap = len(again & set(part.first))
    assert part.again == ()
    assert overlap == max(0, len(part.first) - (len(found) - len(again)))


@given(plans, studies, st.randoms(use_true_random=False))
def test_shares_and_orders_do_not_depend_on_the_order_of_the_folder(plan, found, rng):
    shuffled = list(found)
    rng.shuffle(shuffled)
    assert share(plan, shuffled, MAIN) == share(plan, found, MAIN)


def test_orders_differ_between_raters_and_between_readings_and_follow_the_seed():
    found = [f"study{number:03d}" for number in range(50)]
    plan = Rating(reread=1, second_rater=1)
    mine, other = share(plan, found, MAIN), share(plan, found, SECOND)
    assert len({mine.first, mine.again, other.first, tuple(found)}) == 4
    assert share(Rating(reread=1, seed=2), found, MAIN).first != mine.first


def test_an_adjudicator_reads_nothing_blind():
    assert share(Rating(), ["a", "b"], Rater("Dr C", "adjudicator")).all == ()


@st.composite
def situations(draw):
    """A plan, studies, and some of the main rater's readings finished at some time before now."""
    plan, found = draw(plans), draw(studies)
    mine = share(plan, found, MAIN)
    read = draw(st.sets(st.sampled_from(found)))
    finished = {blind(study, 1): NOW - days(draw(st.floats(0, 60))) for study in sorted(read)}
    for study in sorted(read & set(mine.again)):
        if is_due(plan, study, finished, NOW) and draw(st.booleans()):
            finished[blind(study, 2)] = NOW
    return plan, mine, finished


@given(situations())
def test_what_remains_is_every_unread_study_and_every_rereading_whose_time_has_come(situation):
    plan, mine, finished = situation
    left = remaining(plan, mine, MAIN, finished, NOW)
    expected = {blind(study, 1) for study in mine.first} | {
        blind(study, 2)
        for study in mine.again
        if blind(study, 1) in finished and finished[blind(study, 1)] <= NOW - days(plan.days)
    }
    assert sorted(left) == sorted(expected - set(finished))


@given(situations())
def test_each_kind_keeps_its_own_order(situation):
    plan, mine, finished = situation
    left = remaining(plan, mine, MAIN, finished, NOW)
    for reading, order in ((1, mine.first), (2, mine.again)):
        mixed = [work.study for work in left if work.reading == reading]
        assert mixed == [study for study in order if study in set(mixed)]


@given(situations())
def test_reading_the_next_one_leaves_the_rest_as_it_was(situation):
    plan, mine, finished = situation
    left = remaining(plan, mine, MAIN, finished, NOW)
    # With no days between, the re-reading of what was just read would come at once.
    if left and plan.days:
        assert remaining(plan, mine, MAIN, finished | {left[0]: NOW}, NOW) == left[1:]


@given(situations(), st.floats(0, 100))
def test_nothing_that_is_due_stops_being_due(situation, later):
    plan, mine, finished = situation
    now = set(remaining(plan, mine, MAIN, finished, NOW))
    assert now <= set(remaining(plan, mine, MAIN, finished, NOW + days(later)))


def test_a_rereading_comes_on_the_day_and_not_a_second_before():
    plan = Rating(reread=1)
    finished = {blind("a", 1): NOW}
    for early in (timedelta(0), days(28) - timedelta(seconds=1)):
        assert remaining(plan, share(plan, ["a"], MAIN), MAIN, finished, NOW + early) == []
    assert remaining(plan, share(plan, ["a"], MAIN), MAIN, finished, NOW + days(28)) == [blind("a", 2)]


def test_a_clock_that_went_back_makes_nothing_due():
    plan = Rating(reread=1)
    assert not is_due(plan, "a", {blind("a", 1): NOW}, NOW - days(100))


def test_rereadings_are_spread_over_what_is_left():
    found = [f"study{number:03d}" for number in range(300)]
    plan = Rating(reread=1 / 3)
    mine = share(plan, found, MAIN)
    read = [blind(study, 1) for study in mine.first[:200]]
    left = remaining(plan, mine, MAIN, dict.fromkeys(read, NOW - days(40)), NOW)
    again = [place for place, work in enumerate(left) if work.reading == 2]
    assert len(left) - len(again) == 100
    # Uniform: mean within four standard errors of the middle, both thirds at the ends used.
    middle, deviation = (len(left) - 1) / 2, len(left) / 12**0.5
    assert abs(sum(again) / len(again) - middle) < 4 * deviation / len(again) ** 0.5
    assert min(again) < len(left) / 10
    assert max(again) > 0.9 * len(left)


@pytest.mark.parametrize(
    ("work", "later", "seen", "closed"),
    [
        (blind("a", 1), 27, (), False),
        (blind("a", 1), 28, (), True),
        (blind("b", 1), 99, (), False),
        (blind("a", 1), 0, ("a",), True),
        (Work("review", "a", 0, "L4/L5"), 99, ("a",), False),
    ],
)
def test_a_reading_closes_when_a_rereading_could_be_due_or_other_grades_were_seen(work, later, seen, closed):
    assert is_closed(Rating(reread=0), work, {blind("a", 1): NOW}, seen, NOW + days(later)) is closed


def test_a_study_is_unread_until_its_rereading_too_is_finished():
    mine = share(Rating(reread=1), ["a"], MAIN)
    assert unread(mine, {}) == {"a"}
    assert unread(mine, {blind("a", 1): NOW}) == {"a"}
    assert unread(mine, {blind("a", 1): NOW, blind("a", 2): NOW}) == set()
