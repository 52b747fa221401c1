import json
import re

import pytest

from discgrade.provenance.audit.trace import trace

from ..conftest import discgrade


def nodes(node):
    yield node
    for child in node.children:
        yield from nodes(child)


def titles(found):
    return [node.title for node in nodes(found.tree)]


def node(found, title):
    return next(each for each in nodes(found.tree) if each.title.startswith(title))


@pytest.fixture
def table(results):
    return results / "tables" / "table2.csv"


@pytest.fixture
def found(table):
    return trace(table, "default", "kappa_linear")


def test_a_cell_is_found_with_its_full_value_key_and_interval(found):
    assert found.tree.title == "tables/table2.csv, default holdout 1 24, kappa_linear = 0.9123456"
    run = "variant default resolution 24 share 1 split holdout seed 1"
    assert found.tree.facts["number"] == f"value in scores (kappa_linear all, {run})"
    assert found.tree.facts["score"] == "kappa_linear 0.9123456 over 2 samples (split holdout, scope all)"
    assert "100 draws over 2 patients, seed 1" in found.tree.facts["interval"]


def test_only_the_trainings_behind_the_cell_are_followed(found):
    assert [title for title in titles(found) if title.startswith("variant ")] == ["variant default split holdout"]


def test_every_stage_hangs_below_the_last_one_that_used_it(found):
    (step,) = (child for child in found.tree.children if child.title == "table2")
    way = []
    while step:
        way.append(step.title.split(",")[0])
        step = next((child for child in step.children if child.children or child.title == "make_phantom"), None)
    assert way == [
        "table2",
        "credible_intervals",
        "score",
        "train",
        "split",
        "select_discs",
        "deidentify",
        "make_phantom",
    ]


def test_a_training_says_its_predictions_checkpoint_and_model(found):
    facts = node(found, "variant default").facts
    assert facts["predictions"].startswith("2 discs, 2 samples, ")
    assert facts["checkpoint"] == "epoch 2 of 2, accuracy 0.200 on the part that chooses it"
    assert re.fullmatch(r"runs/default/24px/share-1/holdout/seed-1/, model [0-9a-f]{12}", facts["outputs"])


def test_cohort_and_export_say_who_was_excluded(found):
    assert node(found, "select_discs").facts["discs"] == "4 of 5 kept; excluded: 1 no image"
    assert node(found, "deidentify").facts["exported"] == "4 images of 4 patients"


def test_config_code_versions_and_records_close_the_trace(found):
    assert [child.title for child in found.tree.children[1:]] == [
        "config",
        "code",
        "versions",
        "records, 11 jobs",
    ]
    assert node(found, "records").facts["chain"].startswith("unbroken")


def test_a_figure_or_a_whole_file_is_traced_without_a_cell(results):
    found = trace(results / "intervals.parquet")
    assert found.tree.title == "intervals.parquet"
    assert sum(title.startswith("variant ") for title in titles(found)) == 4


def test_a_broken_chain_is_said(table, results):
    path = results / "provenance" / "split" / "job.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"seed": 5}))
    found = trace(table, "default", "kappa_linear")
    assert [fault.kind for fault in found.faults] == ["edited record"]
    assert "provenance/split/job.json" in node(found, "records").facts["chain"]


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ("nobody", "kappa_linear", "no row 'nobody'. Rows begin with: default, mae"),
        ("default", "kappa", "no column 'kappa'. It should be one of row, variant"),
        ("holdout", "kappa_linear", "2 rows are 'holdout'. Say which, as name=value,...: row=default,variant=default"),
        ("default", None, "needs both --row and --column"),
    ],
)
def test_what_is_not_there_is_said_with_what_is(table, row, column, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        trace(table, row, column)


@pytest.mark.parametrize("variant", ["default", "mae"])
def test_equal_numbers_in_different_rows_are_told_apart_by_their_keys(table, variant):
    found = trace(table, f"variant={variant},split=holdout", "accuracy")
    assert found.score["value"] == 0.75
    assert found.score["variant"] == variant
    assert [title for title in titles(found) if title.startswith("variant ")] == [f"variant {variant} split holdout"]


def test_a_cell_that_says_another_number_than_its_key_is_a_fault(table):
    table.write_text(table.read_text().replace("0.9123456", "0.9133456"))
    found = trace(table, "default", "kappa_linear")
    (fault,) = (fault for fault in found.faults if fault.kind == "another number")
    assert fault.culprit == "tables/table2.csv"
    assert fault.message.startswith("row 1, kappa_linear shows 0.9133456, but value in scores (kappa_linear all, ")
    assert fault.message.endswith(" = 0.9123456")
    assert "another number" in node(found, "records").facts["chain"]


def test_a_key_of_a_score_that_is_not_there_is_a_fault(table, results):
    path = results / "tables" / "table2.keys.csv"
    path.write_text(path.read_text().replace("default,24", "default,48"))
    found = trace(table, "default", "kappa_linear")
    assert [fault.kind for fault in found.faults] == ["missing number"]


def test_a_table_without_keys_says_so(table, results):
    (results / "tables" / "table2.keys.csv").unlink()
    with pytest.raises(ValueError, match=re.escape("table2.keys.csv, which should lie next to it")):
        trace(table, "default", "kappa_linear")


def test_a_cell_that_names_its_row_stands_on_no_training(table):
    found = trace(table, "default", "variant")
    assert found.tree.facts["score"] == "none: it names or describes the row"
    assert not [title for title in titles(found) if title.startswith("variant ")]


def test_a_file_of_no_study_is_refused(tmp_path):
    (tmp_path / "table.csv").write_text("a\n1\n")
    with pytest.raises(ValueError, match="should lie in results/<study>"):
        trace(tmp_path / "table.csv")


def test_the_command_prints_tree_json_and_page_in_an_empty_folder(results):
    arguments = ("trace", "toy/tables/table2.csv", "--row", "default", "--column", "kappa_linear")
    tree = discgrade(*arguments, "--html", "page.html", cwd=results.parent)
    assert tree.returncode == 0, tree.stderr
    assert "\n├─ table2\n" in tree.stdout
    page = (results.parent / "page.html").read_text()
    assert "<summary>credible_intervals</summary>" in page
    assert not re.search(r"https?://|<script|src=|@import", page)
    content = json.loads(discgrade(*arguments, "--json", cwd=results.parent).stdout)
    assert content["score"]["value"] == 0.9123456
    assert len(content["records"]) == 11


def test_the_command_lists_the_discs_behind_a_cell(results):
    done = discgrade("trace", results / "tables/table2.csv", "--row", "default", "--column", "kappa_linear", "--discs")
    header, *rows = done.stdout.splitlines()
    assert header.split(",")[:3] == ['"disc"', '"patient"', '"level"']
    assert [row.split(",")[0] for row in rows] == ['"P001-L4/L5"', '"P011-L4/L5"']
    assert rows[0].endswith('"export/P001/image.dcm"')
