"""Tables and figures of the labels, of an invented study."""

import csv
import json
from types import SimpleNamespace

import pytest
from judged_labels import label_study, measure

from discgrade import records
from discgrade.publication.context import context_of
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.label_noise import label_noise as draw_label_noise
from discgrade.publication.figures.worth_reading import worth_reading as draw_worth_reading
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.label_noise import label_noise
from discgrade.publication.tables.worth_reading import worth_reading
from discgrade.records.cell_keys import read_cell_keys
from discgrade.records.results.labels import LABEL_NOISE, LABEL_QUALITY


def table_files(folder, name):
    return TableFiles(*(folder / f"{name}.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))


def figure_files(folder, name):
    kinds = ("pdf", "png", "svg", "85.pdf", "85.png", "85.svg", "csv", "keys.csv", "json")
    return FigureFiles(*(folder / f"{name}-figure.{kind}" for kind in kinds))


def publish(folder, noise, quality, context, reason="") -> SimpleNamespace:
    told = {"reason": reason, "context": context}
    label_noise(noise=noise, **told, files=table_files(folder, "noise"))
    worth_reading(quality=quality, **told, files=table_files(folder, "worth"))
    draw_label_noise(noise=noise, **told, files=figure_files(folder, "noise"))
    unseen = {"samples": [], "resolution": 48, "pictures": False}
    draw_worth_reading(quality=quality, **unseen, **told, files=figure_files(folder, "worth"))
    return SimpleNamespace(folder=folder, noise=noise, quality=quality, context=context)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labels")
    made = label_study(folder, patients=30)
    noise, quality, _ = measure(made, folder)
    return publish(folder, noise, quality, context_of(made.study))


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def test_every_measure_is_in_the_csv_with_its_key(published):
    measured = records.read(published.noise, LABEL_NOISE).to_pylist()
    rows = rows_of(published.folder / "noise.csv")
    assert [float(row["value"]) for row in rows if row["value"]] == [
        row["value"] for row in measured if row["value"] == row["value"]
    ]
    keys = {(row, column): key for row, column, key in read_cell_keys(published.folder / "noise.keys.csv")}
    first = keys[1, "lower"]
    assert (first.table, first.field, first.metric, first.scope) == ("label_noise", "lower", "kappa_linear", "all")


def test_the_table_has_its_sections_and_says_what_a_residual_is(published):
    text = (published.folder / "noise.md").read_text(encoding="utf-8")
    for title in ("Linear κ of model and reading", "Signs of noise", "Models with each other", "Ceiling of linear κ"):
        assert f"**{title}" in text
    assert "labels of raters who saw no model" in text
    assert "as re-readings tell, each disc for itself" in text


def test_a_tenth_of_the_discs_is_listed_the_least_probable_label_first(published):
    quality = records.read(published.quality, LABEL_QUALITY).to_pylist()
    rows = rows_of(published.folder / "worth.csv")
    assert len(rows) == round(len(quality) / 10)
    assert [row["disc"] for row in rows] == [row["disc"] for row in quality[: len(rows)]]
    assert "A re-reading is a further reading: labels and scores stay as they are." in (
        published.folder / "worth.md"
    ).read_text(encoding="utf-8")


def test_the_figure_draws_order_models_and_ceiling(published):
    rows = rows_of(published.folder / "noise-figure.csv")
    assert {row["scope"] for row in rows} >= {"all", "level", "models", "ceiling_apart", "ceiling_together"}
    assert (published.folder / "noise-figure.pdf").read_bytes().startswith(b"%PDF")
    words = json.loads((published.folder / "noise-figure.json").read_text(encoding="utf-8"))
    assert "C: linear κ that a model would reach which knows the truth" in words["caption"]


def test_without_leave_no_disc_is_shown(published):
    words = json.loads((published.folder / "worth-figure.json").read_text(encoding="utf-8"))
    assert words["absent"].startswith("Pictures of discs are not shown")


def test_what_cannot_be_judged_is_said(published, tmp_path):
    for name, schema in (("n", LABEL_NOISE), ("q", LABEL_QUALITY)):
        records.write([], schema, tmp_path / f"{name}.parquet")
    reason = "The variant is not trained in the folds."
    publish(tmp_path, tmp_path / "n.parquet", tmp_path / "q.parquet", published.context, reason)
    assert reason in (tmp_path / "noise.md").read_text(encoding="utf-8")
    assert reason in (tmp_path / "worth.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "noise-figure.json").read_text(encoding="utf-8"))["absent"] == reason
