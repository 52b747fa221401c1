"""The model card says what the facts say, under the headings that readers of model cards look for."""

import re
from dataclasses import replace

import pytest
from tiny_bundle import network, tiny_facts

from discgrade.grading.bundle.card import model_card
from discgrade.reliability.certainty.calibration import Calibration


@pytest.fixture(scope="module")
def facts():
    return tiny_facts([network(1, 13), network(2, 13)])


def section(card: str, title: str) -> str:
    return card.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_headings_are_those_of_mitchell_et_al_2019(facts):
    assert re.findall(r"^## (.*)$", model_card(facts), re.MULTILINE) == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and recommendations",
    ]


def test_a_score_stands_with_its_interval_and_how_it_was_obtained(facts):
    analyses = section(model_card(facts), "Quantitative analyses")
    first, ceiling = analyses.split("Noise ceiling, two readings by one rater:")
    assert "On out-of-fold predictions of single members:" in first
    assert "| Cohen's κ, linear weights | 0.610 | 0.520 to 0.690 | 99.73% | 200 |" in first
    assert "| 0.830 | 0.750 to 0.900 |" in ceiling


def test_no_ceiling_is_said(facts):
    card = model_card(replace(facts, noise_ceiling=()))
    assert "No noise ceiling: no rater read discs twice." in section(card, "Quantitative analyses")


def test_licence_citation_and_data(facts):
    card = model_card(facts)
    assert "licence: https://creativecommons.org/licenses/by/4.0/" in section(card, "Model details")
    assert "citation: Nobody, 2026" in section(card, "Model details")
    assert "data: An invented cohort; Nobody was scanned; https://example.org/" in section(
        card, "Ethical considerations"
    )
    bare = model_card(replace(facts, licence=None, citation=None, dataset=None))
    assert "licence: all rights reserved" in bare
    assert "data: not stated" in bare


def test_training_and_limits(facts):
    card = model_card(facts)
    assert "200 discs of 40 patients, graded by one rater" in section(card, "Training data")
    assert "grade 1: 20, grade 2: 60" in section(card, "Training data")
    assert "- Its networks are random." in section(card, "Caveats and recommendations")


def test_calibration_is_told(facts):
    fitted = Calibration("temperature", 1.5, (), (0.5,) * 5, 0.9, None, 40, 200)
    card = model_card(replace(facts, calibration=fitted))
    assert "calibrated (temperature), and a set of grades should hold the reading of 90% of the discs" in card
    assert "Probabilities are not calibrated" in model_card(facts)


def test_where_it_was_recalibrated_from(facts):
    assert "recalibrated from the bundle abababababab" in model_card(replace(facts, parent="ab" * 32))
