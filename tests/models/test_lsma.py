"""The bundle that comes along: it opens, grades, and says what it cannot do."""

from pathlib import Path

import numpy as np
import pytest

from discgrade.grading.bundle.card import model_card
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.judging.members import Ensemble
from discgrade.grading.locating.locator import locator_of

LSMA = Path(__file__).parents[2] / "models" / "lsma.zip"
MEGABYTE = 10**6


@pytest.fixture(scope="module")
def bundle():
    return open_bundle(LSMA)


def test_it_is_small_enough_to_come_along():
    assert LSMA.stat().st_size < 12 * MEGABYTE


def test_its_networks_run(bundle):
    side = bundle.facts.preprocessing.resolution
    samples = np.random.default_rng(1).integers(0, 65536, (3, side, side)).astype(np.uint16)
    found = Ensemble(bundle).outputs(samples, bundle.facts.levels)
    assert found.members.shape == (10, 3, 5)
    np.testing.assert_allclose(found.members.sum(axis=2), 1, rtol=1e-5)


def test_its_locator_knows_the_levels_that_were_drawn(bundle):
    locator = locator_of(bundle)
    assert locator.facts.levels == ("L5/S1", "L4/L5", "L3/L4")
    assert 0 < locator.facts.threshold < 1


def test_it_knows_how_sure_it_is(bundle):
    assert bundle.facts.calibration.patients == 407
    assert len(bundle.facts.calibration.cuts) == 4
    assert len(bundle.facts.novelty.members) == 10


def test_its_score_is_out_of_fold_and_has_an_interval(bundle):
    kappa = next(score for score in bundle.facts.scores if score.metric == "kappa_linear")
    assert kappa.n == 1221
    assert 0.6 < kappa.low < kappa.value < kappa.high < 0.75
    assert kappa.how.startswith("out-of-fold predictions of 2 members at a time, 5 folds pooled")


def test_it_names_whom_it_was_learned_from_and_under_which_licence(bundle):
    facts = bundle.facts
    assert facts.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert "10.17632/k57fr854j2" in facts.citation
    assert "10.17632/p3r4xd2488.1, CC BY 4.0" in facts.citation
    assert (facts.training.patients, facts.training.discs) == (407, 1221)


def test_it_believes_no_header_that_was_made_up(bundle):
    assert list(bundle.facts.training.manufacturers) == list(bundle.facts.training.sexes) == ["unknown"]
    assert bundle.facts.training.ages is bundle.facts.training.regions.spacing is None


@pytest.mark.parametrize(
    "words",
    [
        "one rater's: it repeats that rater's habits",
        "whole grades only",
        "22 of grade 1, 30 of grade 5",
        "no disc at L1/L2, L2/L3",
        "one hospital",
        "8 bits a pixel",
        "read each disc once",
    ],
)
def test_its_card_says_what_it_cannot_do(bundle, words):
    assert words in model_card(bundle.facts).partition("## Caveats and recommendations")[2]
