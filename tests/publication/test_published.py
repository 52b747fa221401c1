"""The published values as data: complete, and consistent with each other."""

import pytest

from discgrade.grades import INTEGRAL
from discgrade.publication.published import PAPER, citation, published, remarks, source


def test_every_note_and_reference_that_is_named_exists():
    for table in ("table2", "table3", "statements", "cohort"):
        for row in published(table):
            for note in row["notes"].split(";"):
                assert remarks([note.partition(":")[2] or note]) or not note
    for row in published("table2"):
        assert source(row["reference"])


def test_every_note_is_used():
    used = {
        note
        for table in ("table2", "statements", "cohort")
        for row in published(table)
        for note in row["notes"].split(";")
    }
    used |= {row["notes"].partition(":")[2] for row in published("table3")}
    used |= {"not_stated", "layer_16_parameters", "layer_28_shape", "fixed_scored_copies"}
    assert {row["note"] for row in published("notes")} <= used


def test_a_reference_is_cited_by_author_and_year():
    assert citation(PAPER) == "Niemeyer et al. 2021"
    assert source("jamaludin2017").startswith("Jamaludin et al. 2017, Eur Spine J")


def test_parameters_add_up_but_for_the_misprint():
    parameters = {row["layer"]: int(row["parameters"]) for row in published("table1")}
    assert sum(parameters.values()) - parameters["16"] + 147_584 == 2_355_021


def test_table_3_follows_from_its_own_precision_and_sensitivity():
    """F1 is their harmonic mean and Jaccard F1 / (2 - F1), to rounding, in every printed column."""
    for row in published("table3"):
        precision, sensitivity, f1 = (float(row[name]) for name in ("precision", "sensitivity", "f1"))
        if precision + sensitivity:
            assert f1 == pytest.approx(2 * precision * sensitivity / (precision + sensitivity), abs=0.0016)
        assert float(row["jaccard"]) == pytest.approx(f1 / (2 - f1), abs=0.0016)


def test_averages_of_table_3_are_those_of_table_2():
    printed = {row["row"]: row for row in published("table2") if row["reference"] == PAPER}
    for name in ("intra_rater", "inter_rater", "default"):
        for metric in ("precision", "sensitivity", "f1", "jaccard"):
            mean = sum(float(row[metric]) for row in published("table3") if row["row"] == name) / len(INTEGRAL)
            assert mean == pytest.approx(float(printed[name][metric]), abs=0.0012)


def test_tables_2_and_4_and_the_text_agree():
    table2 = next(row for row in published("table2") if row["row"] == "default" and row["reference"] == PAPER)
    table4 = {row["metric"]: row for row in published("table4")}
    statements = {row["statement"]: row["value"] for row in published("statements")}
    assert table4["kappa_linear"]["fixed"] == table2["kappa"] == statements["default/kappa_linear"]
    for metric in ("mcc", "mae", "pearson_r"):
        assert table4[metric]["fixed"] == table2[metric]


def test_the_cohorts_add_up():
    rows = {row["row"]: row for row in published("cohort")}
    for name in ("patients", "discs", *(f"integral:{grade}" for grade in range(1, 6))):
        assert int(rows[name]["primary"]) + int(rows[name]["supplemental"]) == int(rows[name]["total"])
    assert sum(int(rows[f"integral:{grade}"]["total"]) for grade in range(1, 6)) == int(rows["discs"]["total"])
