"""The table of agreement: a study's own scores again, studies of one kind, and what is printed and drawn of them."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pytest
from drawn_study import files_in
from invented_study import draw, make_study, score
from traced_cells import cells_of

from discgrade import records
from discgrade.cli import main
from discgrade.provenance.audit.cell_numbers import faults
from discgrade.publication.context import context_of
from discgrade.publication.figures.bland_altman import bland_altman
from discgrade.publication.figures.drawing.words import read_words
from discgrade.publication.figures.groups import groups
from discgrade.publication.figures.widths import widths
from discgrade.publication.render.files import TableFiles
from discgrade.publication.render.stored import read_table
from discgrade.publication.tables.limits import limits
from discgrade.publication.tables.sample_size import sample_size
from discgrade.publication.tables.subgroups import subgroups
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.scores import GRADED
from discgrade.reliability.agreement.writing import write_agreement
from discgrade.reliability.plan import main_runs
from discgrade.settings.model import Intervals

TABLES = {"subgroups": subgroups, "limits": limits, "sample_size": sample_size}
DRAWN = Intervals(0.9973, 2000, 1, 0.95)
VARIANT = {"default": {"loss": "categorical_crossentropy", "scale": "fractional"}}
SMALL = {"variants": VARIANT, "images": {"resolutions": []}, "splits": {"folds": 2, "shares": [1]}}
ONE = SMALL | {"grid": {"default": "default", "variants": None, "folds": ["default"], "seeds": [1]}}


def agree(made, headers=True):
    path = made.folder / "agreement.parquet"
    write_agreement(
        graded=made.graded,
        discs=made.discs,
        runs=main_runs(made.study),
        headers=headers,
        settings=DRAWN,
        destination=path,
    )
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    found = make_study(tmp_path_factory.mktemp("agreeing"), patients=40, **ONE)
    score(found)
    draw(found)
    agree(found)
    return found


def publish(made, folder):
    """Print every table and draw every figure; return the tables and the words of figures by name."""
    context = context_of(made.study)
    agreement = made.folder / "agreement.parquet"
    tables, words = {}, {}
    for name, print_table in TABLES.items():
        paths = [folder / f"{name}.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")]
        print_table(agreement=agreement, context=context, files=TableFiles(*paths))
        tables[name] = read_table(paths[-1])
    for name, draw_figure in {"groups": groups, "widths": widths}.items():
        draw_figure(agreement=agreement, context=context, files=files_in(folder, name))
        words[name] = read_words(folder / f"{name}.json")
    given = {"graded": made.graded, "discs": made.discs, "agreement": agreement, "runs": main_runs(made.study)}
    bland_altman(**given, context=context, files=files_in(folder, "bland_altman"))
    return tables, words | {"bland_altman": read_words(folder / "bland_altman.json")}


def test_kappa_of_all_and_of_each_level_is_the_studys_score(made):
    found = pd.read_parquet(made.folder / "agreement.parquet")
    scores = pd.read_parquet(made.scores)
    known = scores[(scores["variant"] == "default") & (scores["split"] == "folds") & (scores["seed"] == -1)]
    keys = ["scope", "group", "metric"]
    known = known[known["grade"].isna()].set_index(keys)["value"]
    for metric in ("kappa_linear", "kappa_quadratic", "kappa_unweighted", "accuracy"):
        for place in (("all", "", metric), *(("level", level, metric) for level in ("L1/L2", "L5/S1"))):
            assert found.set_index(keys)["value"][place] == pytest.approx(known[place])


def test_its_intervals_are_those_of_the_scores(made):
    found = (
        pd.read_parquet(made.folder / "agreement.parquet").set_index(["scope", "metric"]).loc[("all", "kappa_linear")]
    )
    spans = pd.read_parquet(made.intervals)
    of_run = (spans["variant"] == "default") & (spans["split"] == "folds") & (spans["seed"] == -1)
    known = spans[of_run & (spans["scope"] == "all") & (spans["metric"] == "kappa_linear")].iloc[0]
    assert found[["lower", "upper"]].tolist() == pytest.approx(known[["lower", "upper"]].tolist())


def test_every_number_is_legible_and_names_where_it_stands(made, saved, check_legible):
    _, words = publish(made, made.folder)
    check_legible(*saved)
    for one in words.values():
        assert re.search(r"n = [\d,]+ scored samples of \d+ patients", one.caption)
        assert not one.absent
    assert all("99.73 % credible intervals" in words[name].caption for name in ("groups", "bland_altman"))
    for name in (*TABLES, "groups", "widths"):
        cells = [cell for cell in cells_of(made.folder / f"{name}.csv", made.folder) if cell.keys]
        assert cells
        assert [fault for cell in cells for fault in faults(made.folder, cell)] == []


def test_headers_that_were_made_up_give_no_groups(tmp_path, saved):
    made = make_study(tmp_path / "study", patients=30, **ONE)
    score(made)
    agree(made, headers=False)
    tables, words = publish(made, tmp_path)
    assert [section.title.text.partition(" (")[0] for section in tables["subgroups"].sections] == ["", "Level"]
    assert "the headers of the scans were made up" in tables["subgroups"].absent[0]
    assert "the headers of the scans were made up" in words["groups"].caption


def test_it_is_of_the_model_that_the_study_ends_in(made):
    variants = made.study.variants | {"other": replace(made.study.variants["default"], name="other")}
    grid = replace(made.study.grid, folds=("default", "other"))
    ends = replace(made.study, variants=variants, grid=grid, bundle=replace(made.study.bundle, variant="other"))
    assert {(run.variant, run.split) for run in main_runs(ends)} == {("other", "fold-01"), ("other", "fold-02")}


def test_a_study_without_folds_is_of_its_hold_out_test_set(tmp_path, saved):
    made = make_study(tmp_path / "study", patients=20, **ONE | {"grid": ONE["grid"] | {"folds": []}})
    score(made)
    agree(made)
    _, words = publish(made, tmp_path)
    assert "on the hold-out test set" in words["groups"].caption


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["one grade", "one patient"])
def test_what_no_study_of_that_kind_can_say_is_left_out_with_its_reason(made, tmp_path, saved, kind):
    graded, discs = pd.read_parquet(made.graded), pd.read_parquet(made.discs)
    first = discs.loc[discs["disc"].isin(graded.loc[graded["split"] != "holdout", "disc"]), "patient"].iloc[0]
    if kind == "one grade":
        graded, discs = graded.assign(reference=3.0, predicted=3.0), discs.assign(grade=3.0, integral=3.0)
    else:
        graded = graded[graded["disc"].isin(discs.loc[discs["patient"] == first, "disc"])]
    paths = {name: tmp_path / f"{name}.parquet" for name in ("graded", "discs")}
    for frame, schema, path in ((graded, GRADED, paths["graded"]), (discs, DISCS, paths["discs"])):
        records.write(pa.Table.from_pandas(frame, schema=schema, preserve_index=False), schema, path)
    other = SimpleNamespace(**vars(made) | paths | {"folder": tmp_path})
    agree(other)
    tables, words = publish(other, tmp_path)
    assert tables["sample_size"].is_empty
    assert "tells of no width" in tables["sample_size"].absent[0]
    assert "tells of no width" in words["widths"].absent
    assert all(section.rows for section in tables["subgroups"].sections)


def test_the_command_says_how_many_patients(made, capsys):
    assert main(["sample-size", str(made.folder), "--width", "0.1"]) == 0
    number = int(re.search(r"([\d,]+) patients: the 95 % interval", capsys.readouterr().out)[1].replace(",", ""))
    assert main(["sample-size", str(made.folder), "--patients", str(number)]) == 0
    width = float(re.search(r"at most ([\d.]+) in 80 %", capsys.readouterr().out)[1])
    assert width == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--width", "0"], "between 0 and 2"),
        (["--patients", "1"], "from 2 to"),
        (["--width", "1e-6"], "Ask for a wider"),
    ],
)
def test_what_cannot_be_planned_is_refused(made, capsys, given, said):
    assert main(["sample-size", str(made.folder), *given]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_results_is_refused(tmp_path, capsys):
    assert main(["sample-size", str(tmp_path), "--width", "0.1"]) == 2
    assert "should be the results of a finished study" in capsys.readouterr().err
