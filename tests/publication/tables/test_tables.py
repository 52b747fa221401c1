"""What the tables say of an invented study, checked against its scores."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import discgrade
from discgrade import records
from discgrade.publication.published import published
from discgrade.publication.render.files import TableFiles
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.intervals import COMPARISONS
from discgrade.records.results.scores import GRADED, SCORES

NAMES = ("table2", "table3", "table4", "statements", "cohort")


def scores_of(made, **key) -> pd.Series:
    rows = records.read(made.scores, SCORES).to_pandas()
    key = {"resolution": 48, "share": 1, "split": "holdout", "seed": -1, "scope": "all", "group": ""} | key
    for name, wanted in key.items():
        rows = rows[rows[name] == wanted]
    return rows


def score(made, metric: str, **key) -> float:
    rows = scores_of(made, metric=metric, **key)
    return rows.loc[rows["grade"].isna(), "value"].item()


def test_csv_has_full_precision_under_metric_keys(paperlike, read):
    row = read.values(paperlike, "table2").set_index("row").loc["default"].iloc[0]
    assert row["source"] == "this study"
    for metric in ("kappa_linear", "mcc", "mae", "kappa_unweighted", "accuracy_fractional", "kappa_linear_fractional"):
        assert row[metric] == score(paperlike, metric, variant="default")
        assert row[f"{metric}_lower"] < row[metric] < row[f"{metric}_upper"]
    assert (row["unit"], row["units"], row["draws"], row["bootstrap_seed"]) == ("patient", 12, 1000, 1)


def test_print_is_rounded_with_intervals(paperlike, read):
    cells = read.markdown(paperlike, "table2")["Default model"]
    row = read.values(paperlike, "table2").query("row == 'default'").iloc[0]
    assert cells[0] == "60"
    expected = f"{row['mae']:.3f} ({row['mae_lower']:.3f}, {row['mae_upper']:.3f})"
    assert cells[10].replace("*", "") == expected


def test_published_rows_stand_below_this_studys(paperlike, read):
    lines = read.text(paperlike, "table2").splitlines()
    ours = next(index for index, line in enumerate(lines) if line.startswith("| Soft κ of ours"))
    assert lines[ours + 1].startswith("| Niemeyer et al. 2021 |  | 0.865 | 0.874 | 0.822 |")


def test_variants_of_the_paper_that_were_not_trained_are_dashes_with_the_reason(paperlike, read):
    assert read.markdown(paperlike, "table2")["Ordinal cross-entropy"] == ["–"] * 12
    assert "Not trained in this study (hold-out test set)." in read.text(paperlike, "table2")


def test_literature_has_its_kappa_variant(paperlike, read):
    text = read.text(paperlike, "table2")
    assert "0.740<sup>" in text
    assert "its weights are not stated" in text
    rows = read.values(paperlike, "table2").set_index("source")
    assert rows.loc["pfirrmann2001", "kappa_unweighted"].tolist() == [0.88, 0.78]
    assert rows.loc["carrino2009", "kappa_weights_not_stated"].tolist() == [0.74, 0.66]
    assert rows.loc[["pfirrmann2001", "carrino2009"], "kappa_linear"].isna().all()


def test_an_integral_run_has_both_errors_and_is_never_bold(paperlike, read):
    cells = read.markdown(paperlike, "table2")["Integral grades"]
    assert "<sup>" in cells[10]
    assert "<sup>" in cells[11]
    assert "**" not in cells[10] + cells[11]
    mae = score(paperlike, "mae_fractional_reference", variant="integral")
    assert f"against the fractional reference MAE {mae:.3f}" in read.text(paperlike, "table2")


def test_bold_is_the_best_and_what_cannot_be_told_from_it(paperlike, read):
    rows = records.read(paperlike.comparisons, COMPARISONS).to_pandas()
    rows = rows.query("split == 'holdout' and scope == 'all' and resolution == 48 and share == 1")
    candidates = ["default", "integral", "soft_kappa", "mse"]
    for metric in ("kappa_linear", "accuracy", "f1"):
        values = {variant: score(paperlike, metric, variant=variant) for variant in candidates}
        best = max(values, key=values.get)
        against = rows.query("variant == @best and metric == @metric and other in @candidates").set_index("other")
        expected = {best} | set(against.index[(against["lower"] <= 0) & (against["upper"] >= 0)])
        csv = read.values(paperlike, "table2").query("source == 'this study'").fillna({"best": ""})
        bold = set(csv.loc[csv["best"].str.split().map(lambda names, metric=metric: metric in names), "row"])
        assert bold == expected


def test_another_protocol_is_footnoted_and_not_bold(paperlike, read):
    cells = read.markdown(paperlike, "table2")["Copies scored"]
    assert cells[0] == "120"
    assert not any("**" in cell for cell in cells)
    assert "By another protocol, so never bold: augmented copies of the discs scored" in read.text(paperlike, "table2")


def test_raters_ceiling_folds_external_cohort_and_doubly_read_discs_have_rows(paperlike, read):
    rows = read.values(paperlike, "table2")
    ours = set(rows.loc[rows["source"] == "this study", "row"])
    assert {"intra_rater", "inter_rater", "noise_ceiling", "default/folds", "default/external"} <= ours
    assert {f"default/{scope}/{group}" for scope, group in (("reread", "R1.1"), ("reread", "R1.2"))} <= ours
    assert {f"default/second_rater/{group}" for group in ("R1.1", "R2.1")} <= ours
    assert "κ minus that of reading R2.1 on the same discs:" in read.text(paperlike, "table2")
    assert "if a rater's two readings of a disc err independently" in read.text(paperlike, "table2")


def test_captions_say_data_protocol_n_and_seeds(paperlike, read):
    caption = read.text(paperlike, "table2").splitlines()[0]
    for words in (
        "a phantom cohort, no patients",
        "hold-out test set, n = 60 scored samples",
        "discs scored as read, checkpoint chosen on patients held out of the training part",
        "training seed 1",
        "99.73 % credible intervals (highest density) of a Bayesian bootstrap over 12 patients (1,000 draws, seed 1)",
        "comparisons in all, not adjusted for their number",
    ):
        assert words in caption


def test_table_3_has_each_grade_of_raters_and_model(paperlike, read):
    rows = read.values(paperlike, "table3")
    ours = rows[rows["source"] == "this study"].set_index(["row", "grade"])
    assert set(ours.index) == {(row, g) for row in ("intra_rater", "inter_rater", "default") for g in (1, 2, 3, 4, 5)}
    expected = scores_of(paperlike, variant="default", metric="sensitivity", grade=3.0).iloc[0]
    assert ours.loc[("default", 3), "sensitivity"] == expected["value"]
    assert ours.loc[("default", 3), "n"] == expected["n"]
    text = read.text(paperlike, "table3")
    assert "Printed .579; the confusion matrix behind all other inter-rater values gives .577." in text
    assert "**Precision**" in text


def test_table_4_has_the_difference_fixed_minus_folds(paperlike, read):
    rows = read.values(paperlike, "table4")
    ours = rows[rows["source"] == "this study"].set_index("row")
    for metric in ("accuracy_fractional", "kappa_linear", "mae"):
        fixed, folds = (score(paperlike, metric, variant="default", split=split) for split in ("holdout", "folds"))
        assert ours.loc["difference", metric] == pytest.approx(fixed - folds, abs=1e-12)
    theirs = rows[rows["source"] == "niemeyer2021"].set_index("row")
    assert theirs.loc["folds", ["kappa_linear", "kappa_linear_lower", "kappa_linear_upper"]].tolist() == [
        0.903,
        0.89,
        0.916,
    ]
    assert read.markdown(paperlike, "table4")["Cohen's κ (linear), integral grades"][7] == "+0.017"


def test_table_4_has_the_raters_on_both_scales(paperlike, read):
    rows = read.values(paperlike, "table4").set_index(["source", "row"])
    for variant in ("intra_rater", "inter_rater"):
        key = {"variant": variant, "resolution": 0, "split": "readings"}
        for metric in ("accuracy_fractional", "kappa_linear_fractional"):
            assert rows.loc[("this study", variant), metric] == score(paperlike, metric, **key)
    assert rows.loc[("niemeyer2021", "inter_rater"), "kappa_linear_fractional"] == 0.541


def test_folds_weighed_as_in_the_paper_are_averaged(paperlike, read, tmp_path):
    from discgrade.publication.tables.paper.table4 import table4

    files = TableFiles(*(tmp_path / f"table4.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    context = replace(paperlike.context, unit="fold")
    table4(scores=paperlike.scores, intervals=paperlike.intervals, context=context, files=files)
    folds = pd.read_csv(files.csv).query("row == 'folds' and source == 'this study'").iloc[0]
    assert folds["kappa_linear"] == score(paperlike, "kappa_linear", variant="default", split="fold-mean")
    assert "Mean of 2 folds" in files.md.read_text()
    assert "over 2 folds" in files.md.read_text()


def test_statements_stand_beside_the_published_ones(paperlike, read):
    rows = read.values(paperlike, "statements").set_index("statement")
    assert rows.loc["default/over_one", "value"] == pytest.approx(1 - score(paperlike, "within_one", variant="default"))
    assert rows.loc["default/over_one", "published_value"] == 0.008
    share = score(paperlike, "kappa_linear", variant="default", share=4)
    assert rows.loc["smallest_share/kappa_linear", "value"] == share
    assert "1/4" in rows.loc["smallest_share/kappa_linear", "words"]
    difference = score(paperlike, "kappa_linear", variant="default", resolution=24) - score(
        paperlike, "kappa_linear", variant="default"
    )
    assert rows.loc["resolution/kappa_linear", "value"] == pytest.approx(difference, abs=0.05)
    assert set(published_keys()) <= set(rows.index) | {"mae/over_one"}


def published_keys() -> list[str]:
    return [row["statement"] for row in published("statements")]


def test_statements_count_large_errors_and_unused_grades(paperlike, read):
    graded = records.read(paperlike.graded, GRADED).to_pandas()
    rows = graded.query("variant == 'soft_kappa' and split == 'holdout' and part == 'test'")
    unused = sorted({1.0, 1.3, 1.7, 2.0, 2.3, 2.7, 3.0, 3.3, 3.7, 4.0, 4.3, 4.7, 5.0} - set(rows["predicted"]))
    statements = read.values(paperlike, "statements").set_index("statement")
    expected = ", ".join(f"{grade:g}" for grade in unused) or "none"
    assert statements.loc["soft_kappa/never_predicted", "text"] == expected
    assert statements.loc["soft_kappa/over_one", "value"] == pytest.approx(
        ((rows["predicted"] - rows["reference"]).abs() > 1.01).mean()
    )


def test_the_optimism_of_the_papers_protocol_is_a_paired_difference(paperlike, read):
    row = read.values(paperlike, "statements").set_index("statement").loc["paper_protocol/optimism"]
    assert row["lower"] < row["value"] < row["upper"]


def test_cohort_counts_patients_discs_and_readings(paperlike, read):
    discs = records.read(paperlike.discs, DISCS).to_pandas()
    rows = read.values(paperlike, "cohort").set_index("row")
    assert rows.loc["patients", "total"] == str(discs["patient"].nunique())
    assert rows.loc["integral:3", "primary"] == str((discs.query("cohort == 'primary'")["integral"] == 3).sum())
    assert rows.loc["reading:R1.2", "total"] == "120"
    assert rows.loc["discs", "published_total"] == "7948"
    assert rows.loc["files:excluded:no pixels", "total"] == "3"
    assert "| This study: External |" in read.text(paperlike, "cohort")


def test_a_plain_cohort_has_dashes_with_reasons(plain, read):
    text = read.text(plain, "table2")
    assert "No disc was read twice by the main rater." in text
    assert "There is one rater only." in text
    assert "On integral grades, since the readings have no others." in text
    assert "Bold" not in text.splitlines()[0]
    assert read.markdown(plain, "table4")["Accuracy, 13 grades"][0].startswith("–<sup>")
    assert read.markdown(plain, "statements")["Exact agreement, integral grades"][0].startswith("–<sup>")
    assert read.markdown(plain, "cohort")["Women"][0].startswith("–<sup>")
    assert "| This study: Clinic |" in read.text(plain, "cohort")


def test_a_study_with_every_variant_in_the_folds_shows_the_folds(plain, read):
    caption = read.text(plain, "table2").splitlines()[0]
    assert "out-of-fold predictions of 2 folds, pooled, n = 150 scored samples" in caption
    row = read.values(plain, "table2").query("row == 'integral'").iloc[0]
    assert row["kappa_linear"] == score(plain, "kappa_linear", variant="integral", split="folds")


def test_tables_are_byte_for_byte_the_same_each_time(plain, tabulate):
    before = {path: path.read_bytes() for files in plain.tables.values() for path in vars(files).values()}
    tabulate(plain)
    assert {path: path.read_bytes() for path in before} == before


def test_no_table_module_imports_what_takes_seconds():
    modules = ", ".join(
        f"discgrade.publication.tables.{'' if name == 'cohort' else 'paper.'}{name}" for name in ("table1", *NAMES)
    )
    heavy = {"tensorflow", "keras", "matplotlib", "arviz", "scipy", "sklearn", "cv2", "pydicom"}
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    path = Path(discgrade.__file__).parents[1]
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=path).stdout
    assert shown.strip() == "[]"
