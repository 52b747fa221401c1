"""The report names no folder of the machine."""

import json

from discgrade.publication.render.paths import without_sources


def test_absolute_source_paths_give_way_to_their_keys():
    cohort = {"source": "folder", "dicom": "/data/Müller", "ratings": "/data/Müller/read.csv", "export": None}
    text = json.dumps({"input": ["/data/Müller/a/b.dcm", "/data/Müller"], "output": ["/data/Müllerin"]})
    assert json.loads(without_sources(text, cohort)) == {
        "input": ["cohort.dicom/a/b.dcm", "cohort.dicom"],
        "output": ["/data/Müllerin"],
    }


def test_a_relative_path_is_no_reason_to_change_the_page():
    page = 'const data = {"data": "export/data"}'
    assert without_sources(page, {"dicom": "data", "ratings": "export", "export": "const"}) == page
