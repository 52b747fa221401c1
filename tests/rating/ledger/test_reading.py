"""What the actions of a rater come to."""

from hypothesis import given
from hypothesis import strategies as st

from discgrade.imaging.box import Box
from discgrade.rating.ledger.actions import UNDOABLE, Action
from discgrade.rating.ledger.reading import Disc, Mark, Refusal, blank, fold, single, undone
from discgrade.rating.ledger.work import blind

START = blank(("L4/L5", "L5/S1"))
BOX = {"instance": "1.2", "frame": 1, "box": [1.0, 2.0, 30.0, 20.0]}


def actions(*said, seconds=0.0):
    """Number (kind, payload) or (kind, target) pairs."""
    made = []
    for seq, (kind, what) in enumerate(said, 1):
        target, payload = (what, {}) if isinstance(what, int) else (None, what)
        made.append(Action(seq, f"2026-01-01T00:00:{seq:02d}", "R1", blind("s", 1), kind, payload, target, seconds))
    return made


def after(*said):
    return fold(START, actions(*said))


def test_levels_are_named_from_below():
    assert [disc.level for disc in START.discs] == ["L5/S1", "L4/L5"]


def test_a_disc_is_done_with_box_and_grade():
    boxed = after(("box", {"disc": 0} | BOX))
    assert not boxed.discs[0].done
    graded = after(("box", {"disc": 0} | BOX), ("grade", {"disc": 0, "grade": 2.3}))
    assert graded.discs[0] == Disc(0, "L5/S1", Mark("1.2", 1, Box(1, 2, 30, 20)), 2.3, read_at="2026-01-01T00:00:02")
    assert graded.discs[0].done
    assert not graded.done


def test_a_disc_is_done_when_it_cannot_be_graded_and_that_takes_its_grade():
    reading = after(
        ("grade", {"disc": 1, "grade": 3.0}), ("ungradable", {"disc": 1, "reason": "other", "text": "metal"})
    )
    assert reading.discs[1].grade is None
    assert reading.discs[1].refusal == Refusal("other", "metal")
    assert reading.discs[1].done


def test_a_study_is_done_when_all_discs_are_or_when_it_is_set_aside():
    every = [("ungradable", {"disc": disc, "reason": "artefact", "text": ""}) for disc in (0, 1)]
    assert after(*every).done
    assert after(("aside", {"reason": "no_t2", "text": ""})).done
    assert not after(("aside", {"reason": "no_t2", "text": ""}), ("clear", {"disc": None})).done


def test_undo_takes_back_and_redo_brings_back():
    said = [("grade", {"disc": 0, "grade": 2.0}), ("grade", {"disc": 0, "grade": 4.0})]
    assert after(*said, ("undo", 2)).discs[0].grade == 2.0
    assert after(*said, ("undo", 2), ("undo", 1)).discs[0].grade is None
    assert after(*said, ("undo", 2), ("undo", 1), ("redo", 1), ("redo", 2)).discs[0].grade == 4.0


def test_a_series_that_is_taken_back_leads_to_the_slice_before_and_leafing_is_no_step():
    place = [("slice", {"instance": one, "frame": 1}) for one in ("1.2", "1.3", "2.2", "1.4")]
    chosen = ("series", {"instance": "2.1", "frame": 1})
    said = [*place[:2], chosen, place[2]]
    assert fold(START, actions(*said)).slice == ("2.2", 1)
    assert fold(START, actions(*said, ("undo", 3))).slice == ("1.3", 1)
    assert fold(START, actions(*said, ("undo", 3), place[3])).slice == ("1.4", 1)
    assert fold(START, actions(*said, ("undo", 3), place[3], ("redo", 3))).slice == ("2.1", 1)
    assert not {"slice", "open", "view"} & set(UNDOABLE)


def test_six_lumbar_vertebrae_bring_a_disc_and_other_names():
    full = blank(("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1"))
    six = fold(full, actions(("lumbar", {"count": 6})))
    assert [disc.level for disc in six.discs] == ["L6/S1", "L5/L6", "L4/L5", "L3/L4", "L2/L3", "L1/L2"]
    four = fold(full, actions(("lumbar", {"count": 6}), ("lumbar", {"count": 4})))
    assert [disc.level for disc in four.discs] == ["L4/S1", "L3/L4", "L2/L3", "L1/L2"]


def test_a_graded_disc_does_not_vanish_with_a_vertebra():
    full = blank(("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1"))
    four = fold(full, actions(("grade", {"disc": 4, "grade": 1.0}), ("lumbar", {"count": 4})))
    assert [disc.level for disc in four.discs] == ["L4/S1", "L3/L4", "L2/L3", "L1/L2", "T12/L1"]
    assert four.discs[4].grade == 1.0


def test_discs_are_added_above_and_removed_from_the_top():
    more = after(("add", {}), ("add", {}))
    assert [disc.level for disc in more.discs] == ["L5/S1", "L4/L5", "L3/L4", "L2/L3"]
    assert len(fold(more, actions(("remove", {"disc": 3}))).discs) == 3


def test_time_is_summed_even_of_what_was_taken_back():
    said = [("view", {"disc": 0}), ("grade", {"disc": 0, "grade": 2.0}), ("undo", 2), ("view", {"disc": None})]
    reading = fold(START, actions(*said, seconds=4))
    assert reading.discs[0].seconds == 8
    assert reading.seconds == 16


def test_notes_and_slices_do_not_change_when_a_reading_was_made():
    reading = after(("grade", {"disc": 0, "grade": 2.0}), ("note", {"disc": 0, "text": "hm"}), ("slice", BOX))
    assert reading.changed_at == "2026-01-01T00:00:01"
    assert reading.discs[0].note == "hm"
    assert reading.slice == ("1.2", 1)


def test_a_single_disc_takes_over_the_box_that_was_shown_with_it():
    shown = fold(single("L4/L5"), actions(("shown", BOX)))
    assert shown.discs[0].mark == Mark("1.2", 1, Box(1, 2, 30, 20))
    assert shown.changed_at == ""


discs = st.integers(0, 3)
kinds = st.one_of(
    st.tuples(st.just("grade"), st.fixed_dictionaries({"disc": discs, "grade": st.sampled_from([1.0, 2.3, 5.0])})),
    st.tuples(st.just("box"), st.fixed_dictionaries({"disc": discs}).map(lambda one: one | BOX)),
    st.tuples(st.just("clear"), st.fixed_dictionaries({"disc": discs})),
    st.tuples(
        st.just("ungradable"),
        st.fixed_dictionaries({"disc": discs}).map(lambda d: d | {"reason": "artefact", "text": ""}),
    ),
    st.tuples(st.just("lumbar"), st.fixed_dictionaries({"count": st.sampled_from([4, 5, 6])})),
    st.tuples(st.just("add"), st.just({})),
    st.tuples(st.just("remove"), st.fixed_dictionaries({"disc": discs})),
    st.tuples(st.just("level"), st.fixed_dictionaries({"disc": discs, "level": st.just("S1/S2")})),
    st.tuples(st.just("note"), st.fixed_dictionaries({"disc": discs, "text": st.just("n")})),
    st.tuples(st.just("aside"), st.just({"reason": "other", "text": "x"})),
    st.tuples(st.just("view"), st.fixed_dictionaries({"disc": discs})),
)


@given(st.lists(kinds, max_size=12), st.integers(0, 12))
def test_undoing_the_last_actions_one_by_one_gives_every_earlier_state(said, back):
    steps = [seq for seq, (kind, _) in enumerate(said, 1) if kind in UNDOABLE]
    taken = list(reversed(steps))[:back]
    undos = [("undo", seq) for seq in taken]
    kept = [one for seq, one in enumerate(said, 1) if seq not in taken]
    assert _without_times(fold(START, actions(*said, *undos))) == _without_times(fold(START, actions(*kept)))


@given(st.lists(kinds, max_size=12), st.integers(1, 12))
def test_undoing_and_doing_again_changes_nothing(said, back):
    steps = [seq for seq, (kind, _) in enumerate(said, 1) if kind in UNDOABLE]
    taken = list(reversed(steps))[:back]
    both = [("undo", seq) for seq in taken] + [("redo", seq) for seq in reversed(taken)]
    assert fold(START, actions(*said, *both)) == fold(START, actions(*said))
    assert undone(actions(*said, *both)) == set()


@given(st.lists(kinds, max_size=20), st.integers(0, 20))
def test_a_reading_taken_up_in_two_parts_is_the_same(said, cut):
    whole = actions(*said)
    assert fold(fold(START, whole[:cut]), whole[cut:]) == fold(START, whole)


def _without_times(reading):
    from dataclasses import replace

    discs = tuple(replace(disc, read_at="") for disc in reading.discs)
    return replace(reading, discs=discs, changed_at="")
