"""Names and sentences of reports."""

import pytest

from discgrade.publication.wording import (
    PAPER_VARIANTS,
    interval_words,
    seed_words,
    split_heading,
    split_words,
    variant_name,
)


@pytest.mark.parametrize(
    ("variant", "labels", "name"),
    [
        ("mae", {"mae": "Our MAE"}, "Our MAE"),
        ("mae", {"other": "Other"}, "MAE loss (regression)"),
        ("mine", {}, "mine"),
    ],
)
def test_a_variant_is_called_by_its_label_then_as_in_the_paper_then_by_its_name(variant, labels, name):
    assert variant_name(variant, labels) == name


def test_the_labels_of_the_config_are_the_papers_names(study_config):
    variants = study_config()["variants"]
    assert {name: variants[name]["label"] for name in PAPER_VARIANTS} == PAPER_VARIANTS


def test_seeds_and_intervals_are_sentences():
    assert seed_words((3,)) == "training seed 3"
    assert seed_words((1, 2)) == "mean over training seeds 1, 2"
    assert interval_words(0.95, "12 patients", 40000, 1) == (
        "95 % credible intervals (highest density) of a Bayesian bootstrap over 12 patients (40,000 draws, seed 1)"
    )


@pytest.mark.parametrize(
    ("split", "words", "heading"),
    [
        ("holdout", "hold-out test set", "Hold-out test set"),
        ("folds", "out-of-fold predictions of 5 folds, pooled", "5 folds, pooled"),
        ("fold-mean", "mean of 5 folds", "Mean of 5 folds"),
    ],
)
def test_splits_have_a_name_in_sentences_and_as_headings(split, words, heading):
    assert (split_words(split, 5), split_heading(split, 5)) == (words, heading)
