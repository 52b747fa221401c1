"""Table 1: layers of the trained model next to the printed ones."""

import pandas as pd
import pytest

from discgrade import records
from discgrade.publication.published import published
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.paper.table1 import table1
from discgrade.records.results.training import NETWORK
from discgrade.settings.run import Run

RUN = Run("default", 128, 1, "holdout", 1)


def files_in(folder):
    return TableFiles(*(folder / f"table1.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))


@pytest.fixture
def tables(tmp_path):
    """Table 1 of the network that the paper describes, its misprinted parameter count set right."""
    rows = [
        {
            "block": int(row["block"]),
            "layer": int(row["layer"]),
            "description": row["description"],
            "shape": [int(side) for side in row["shape"].split("x")],
            "parameters": 147584 if row["layer"] == "16" else int(row["parameters"]),
        }
        for row in published("table1")
    ]
    records.write(rows, NETWORK, tmp_path / "network.parquet")
    files = files_in(tmp_path)
    table1(network=tmp_path / "network.parquet", run=RUN, label="Our default", compare=True, files=files)
    return files


def test_every_layer_stands_next_to_the_printed_one(tables):
    rows = pd.read_csv(tables.csv)
    assert len(rows) == 34
    differing = rows[(rows["parameters"] != rows["published_parameters"]) | (rows["shape"] != rows["published_shape"])]
    assert differing["layer"].tolist() == [16]


def test_the_misprint_and_the_total_are_footnoted(tables):
    text = tables.md.read_text()
    assert "| Total |  |  | 2,355,021 |  | 2,355,291<sup>" in text
    assert "Printed 147,854; the layer has 147,584 parameters" in text
    assert "128 × 128 × 32" in text
    assert "this study's default run (Our default, 128 px)" in text


def test_a_deeper_network_has_dashes(tmp_path):
    rows = [{"block": 1, "layer": 35, "description": "Another", "shape": [8], "parameters": 1}]
    records.write(rows, NETWORK, tmp_path / "network.parquet")
    files = files_in(tmp_path)
    table1(network=tmp_path / "network.parquet", run=RUN, label="Our default", compare=True, files=files)
    assert "The published network has fewer layers." in files.md.read_text()
