"""The report names no folder of the machine."""

import json

from discgrade.publication.render.paths import without_sources


def test_source_paths_give_way_to_their_keys_the_longest_first():
    cohort = {"source": "folder", "dicom": "/data/Smith", "ratings": "/data/Smith/read.csv", "export": None}
    text = json.dumps({"input": ["/data/Smith/read.csv", "/data/Smith/a/b.dcm"], "output": ["results/x.parquet"]})
    assert json.loads(without_sources(text, cohort)) == {
        "input": ["cohort.ratings", "cohort.dicom/a/b.dcm"],
        "output": ["results/x.parquet"],
    }
