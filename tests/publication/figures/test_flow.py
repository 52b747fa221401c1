import pandas as pd
import pyarrow as pa
from drawn_study import CONTEXT
from table_rows import disc_row

from discgrade import records
from discgrade.publication.figures.flow import draw_flow
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.flow import CohortSize, Flow, Stage, write_flow
from discgrade.records.cohort.splits import SPLITS

FILES = {"not a DICOM file": 3, "the same image as another file, under another name": 2}
STAGES = (
    Stage("files", 2412, FILES, 2407),
    Stage("readings", 2221, {}, 2221),
    Stage("discs", 1221, {"no reading 1 by R1": 5}, 1216),
    Stage("patients", 409, {"no readings": 1}, 408),
)
COHORTS = {"primary": CohortSize(300, 1000), "supplemental": CohortSize(108, 216)}


def _assigned(folder, parts):
    """Write discs and splits: two discs of each patient, patients of each part by number."""
    patients = [(f"P{part}{number}", part) for part, count in parts.items() for number in range(count)]
    discs = [
        disc_row(0, f"{patient}-{index}", "L4/L5", 3.0, cohort="primary") | {"patient": patient}
        for patient, _ in patients
        for index in range(2)
    ]
    assigned = [{"split": "holdout", "patient": patient, "part": part, "share": 1} for patient, part in patients]
    paths = folder / "discs.parquet", folder / "splits.parquet"
    for rows, schema, place in ((discs, DISCS, paths[0]), (assigned, SPLITS, paths[1])):
        records.write(pa.Table.from_pylist(rows, schema), schema, place)
    return paths


PARTS = {"train": 9, "validation": 2, "test": 4}


def _draw(out, stages=STAGES, cohorts=COHORTS, parts=PARTS):
    discs, splits = _assigned(out.csv.parent, parts)
    path = out.csv.with_name("flow.json")
    write_flow(Flow(stages, "reading 1 by R1", ("fractional",), {"R1": {"1": 1}}, cohorts), path)
    draw_flow(flow=path, discs=discs, splits=splits, context=CONTEXT, files=out)
    return pd.read_csv(out.csv)


def test_table_adds_up(out):
    drawn = _draw(out)
    for stage in STAGES:
        counts = drawn[drawn["unit"] == stage.unit].set_index("count")["n"]
        excluded = counts[counts.index.str.startswith("excluded: ")]
        assert counts["received"] - excluded.sum() == counts["kept"] == stage.kept
    assert drawn.set_index(["unit", "count"])["n"]["discs", "supplemental"] == 216
    assert drawn.set_index(["unit", "count"])["n"]["patients", "validation"] == PARTS["validation"]


def test_every_count_and_reason_is_shown(out, saved, words, check_legible):
    _draw(out)
    shown = " ".join(text for text, _ in words(saved[0]))
    for words_shown in (
        "2,412 received",
        "3 not a DICOM file",
        "2 the same image as another file, under another name",
        "5 no reading 1 by R1",
        "primary: 300 patients, 1,000 discs",
        "training: 9 patients, 18 discs",
        "validation: 2 patients, 4 discs",
        "testing: 4 patients, 8 discs",
    ):
        assert words_shown in shown
    check_legible(*saved)


def test_words_lie_in_their_boxes(out, saved, words):
    _draw(out)
    axes = saved[0].axes[0]
    boxes = [patch.get_window_extent() for patch in axes.patches]
    assert len(boxes) == 4 + 3 + 1 + 1
    for text, place in words(saved[0]):
        assert any(box.contains(*place.min) and box.contains(*place.max) for box in boxes), text


def test_no_exclusions(out, saved, check_legible):
    _draw(out, (Stage("files", 7, {}, 7),), {"primary": CohortSize(7, 35)}, {})
    assert len(saved[0].axes[0].patches) == 2
    check_legible(*saved)


def test_nothing_received_says_so(out, saved, words):
    assert _draw(out, (), {}, {}).empty
    assert [text for text, _ in words(saved[0])] == ["No flow: nothing was received."]
