import pandas as pd
from drawn_study import CONTEXT

from discgrade.publication.figures.flow import draw_flow
from discgrade.records.flow import CohortSize, Flow, Stage, write_flow

FILES = {"not a DICOM file": 3, "the same image as another file, under another name": 2}
STAGES = (
    Stage("files", 2412, FILES, 2407),
    Stage("readings", 2221, {}, 2221),
    Stage("discs", 1221, {"no reading 1 by R1": 5}, 1216),
    Stage("patients", 409, {"no readings": 1}, 408),
)
COHORTS = {"primary": CohortSize(300, 1000), "supplemental": CohortSize(108, 216)}


def _draw(out, stages=STAGES, cohorts=COHORTS):
    path = out.csv.with_name("flow.json")
    write_flow(Flow(stages, "reading 1 by R1", ("fractional",), {"R1": {"1": 1}}, cohorts), path)
    draw_flow(flow=path, context=CONTEXT, files=out)
    return pd.read_csv(out.csv)


def test_table_adds_up(out):
    drawn = _draw(out)
    for stage in STAGES:
        counts = drawn[drawn["unit"] == stage.unit].set_index("count")["n"]
        excluded = counts[counts.index.str.startswith("excluded: ")]
        assert counts["received"] - excluded.sum() == counts["kept"] == stage.kept
    assert drawn.set_index(["unit", "count"])["n"]["discs", "supplemental"] == 216


def test_every_count_and_reason_is_shown(out, saved, words, check_legible):
    _draw(out)
    shown = " ".join(text for text, _ in words(saved[0]))
    for words_shown in (
        "2,412 received",
        "3 not a DICOM file",
        "2 the same image as another file, under another name",
        "5 no reading 1 by R1",
        "primary: 300 patients, 1,000 discs",
    ):
        assert words_shown in shown
    check_legible(*saved)


def test_words_lie_in_their_boxes(out, saved, words):
    _draw(out)
    axes = saved[0].axes[0]
    boxes = [patch.get_window_extent() for patch in axes.patches]
    assert len(boxes) == 4 + 3 + 1
    for text, place in words(saved[0]):
        assert any(box.contains(*place.min) and box.contains(*place.max) for box in boxes), text


def test_no_exclusions(out, saved, check_legible):
    _draw(out, (Stage("files", 7, {}, 7),), {"primary": CohortSize(7, 35)})
    assert len(saved[0].axes[0].patches) == 2
    check_legible(*saved)


def test_nothing_received_says_so(out, saved, words):
    assert _draw(out, (), {}).empty
    assert [text for text, _ in words(saved[0])] == ["No flow: nothing was received."]
