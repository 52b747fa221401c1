import json

import pandas as pd

from discgrade.publication.figures.flow import draw_flow

FLOW = {
    "stages": [
        {
            "unit": "files",
            "received": 2412,
            "excluded": {"not a DICOM file": 3, "the same image as another file, under another name": 2},
            "kept": 2407,
        },
        {"unit": "readings", "received": 2221, "excluded": {}, "kept": 2221},
        {"unit": "discs", "received": 1221, "excluded": {"no reading 1 by R1": 5}, "kept": 1216},
        {"unit": "patients", "received": 409, "excluded": {"no readings": 1}, "kept": 408},
    ],
    "cohorts": {"primary": {"patients": 300, "discs": 1000}, "supplemental": {"patients": 108, "discs": 216}},
}


def _draw(out, flow):
    path = out.csv.with_name("flow.json")
    path.write_text(json.dumps(flow))
    draw_flow(flow=path, **vars(out))
    return pd.read_csv(out.csv)


def test_table_adds_up(out):
    drawn = _draw(out, FLOW)
    for stage in FLOW["stages"]:
        counts = drawn[drawn["unit"] == stage["unit"]].set_index("count")["n"]
        excluded = counts[counts.index.str.startswith("excluded: ")]
        assert counts["received"] - excluded.sum() == counts["kept"] == stage["kept"]
    assert drawn.set_index(["unit", "count"])["n"]["discs", "supplemental"] == 216


def test_every_count_and_reason_is_shown(out, saved, words, check_legible):
    _draw(out, FLOW)
    shown = " ".join(text for text, _ in words(saved[0]))
    for words_shown in (
        "2,412 received",
        "3 not a DICOM file",
        "2 the same image as another file, under another name",
        "5 no reading 1 by R1",
        "primary: 300 patients, 1,000 discs",
    ):
        assert words_shown in shown
    check_legible(saved[0])


def test_words_lie_in_their_boxes(out, saved, words):
    _draw(out, FLOW)
    axes = saved[0].axes[0]
    boxes = [patch.get_window_extent() for patch in axes.patches]
    assert len(boxes) == 4 + 3 + 1
    for text, place in words(saved[0]):
        assert any(box.contains(*place.min) and box.contains(*place.max) for box in boxes), text


def test_no_exclusions(out, saved, check_legible):
    stages = [{"unit": "files", "received": 7, "excluded": {}, "kept": 7}]
    _draw(out, {"stages": stages, "cohorts": {"primary": {"patients": 7, "discs": 35}}})
    assert len(saved[0].axes[0].patches) == 2
    check_legible(saved[0])


def test_nothing_received_says_so(out, saved, words):
    assert _draw(out, {"stages": [], "cohorts": {}}).empty
    assert [text for text, _ in words(saved[0])] == ["No flow: nothing was received."]
