"""The flow of exclusions as a file."""

import json

import pytest

from discgrade.records.cohort.flow import CohortSize, Flow, Stage, read_flow, write_flow

FLOW = Flow(
    stages=(Stage("files", 3, {"not DICOM": 1}, 2), Stage("readings", 5, {}, 5)),
    reference="reading 1 by R1",
    scales=("fractional", "integral"),
    raters={"R1": {"1": 4, "2": 1}},
    cohorts={"primary": CohortSize(patients=2, discs=4)},
)


def test_a_flow_is_read_as_it_was_written(tmp_path):
    write_flow(FLOW, tmp_path / "flow.json")
    assert read_flow(tmp_path / "flow.json") == FLOW


def test_a_flow_is_plain_json(tmp_path):
    write_flow(FLOW, tmp_path / "flow.json")
    assert json.loads((tmp_path / "flow.json").read_text())["stages"][0] == {
        "unit": "files",
        "received": 3,
        "excluded": {"not DICOM": 1},
        "kept": 2,
    }


def test_another_file_is_refused(tmp_path):
    (tmp_path / "flow.json").write_text('{"nodes": []}')
    with pytest.raises(TypeError, match="nodes"):
        read_flow(tmp_path / "flow.json")
