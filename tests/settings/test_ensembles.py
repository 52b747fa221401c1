"""What a variant that averages others may be."""

from dataclasses import replace

import pytest

from discgrade.settings import grid
from discgrade.settings.loading import ConfigurationError, check_config
from discgrade.settings.members import bundle_members

CROSS = {"loss": "categorical_crossentropy"}


@pytest.fixture
def check(study_config):
    """A function that checks a config with more variants and another grid."""

    def check(more, **changed):
        config = study_config()
        config["variants"] |= more
        config["grid"] |= changed
        return check_config(config)

    return check


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (["default", "forest"], r"variants\.both\.members: should be variants\. Received: 'forest'\. Known: default, "),
        (["default", "integral"], r"should be on one scale\. Received: default fractional, integral integral"),
        (["mse", "mae"], r"should give probabilities of grades\. Received: 'mse', 'mae', on the continuous scale"),
        (["default", "pair"], r"should be trained themselves\. Received: 'pair', the mean of others"),
        (
            ["default", "paper_protocol"],
            r"should be scored alike \(protocol\.score\)\. Received: default as_read, paper",
        ),
        ([], r"variants\.both\.members: should be a list of one variant or more\. Received: \[\]"),
    ],
)
def test_impossible_members_are_refused_in_words(check, members, message):
    with pytest.raises(ConfigurationError, match=message):
        check({"pair": {"members": ["default", "balanced"]}, "both": {"members": members}})


def test_an_ensemble_has_no_settings_of_a_training(check):
    with pytest.raises(
        ConfigurationError, match=r"variants\.both: should be label, members or decoding, since an ensem"
    ):
        check({"both": {"members": ["default", "balanced"], "epochs": 3}})


def test_a_variant_that_is_trained_names_loss_and_scale(check):
    with pytest.raises(ConfigurationError, match=r"variants\.plain: 'scale' is missing"):
        check({"plain": {"loss": "soft_kappa"}})


def test_the_default_variant_is_trained(check):
    with pytest.raises(
        ConfigurationError, match=r"grid\.default: should be a variant that is trained\. Received: 'both'"
    ):
        check({"both": {"members": ["default"]}}, default="both", folds=["both"])


@pytest.mark.parametrize("folds", [[], ["default"]])
def test_cuts_need_the_folds_of_their_variant(check, folds):
    with pytest.raises(ConfigurationError, match=r"grid\.folds: 'cut' is missing\. Its `decoding: cuts` fits"):
        check({"cut": {"members": ["default"], "decoding": "cuts"}}, variants=["default", "cut"], folds=folds)


def test_cuts_of_a_regression_are_refused(check):
    regression = {"loss": "mean_squared_error", "scale": "continuous", "decoding": "cuts"}
    with pytest.raises(ConfigurationError, match=r"variants\.cut: `decoding: cuts` needs probabilities of grades"):
        check({"cut": regression}, variants=["default", "cut"], folds=["default", "cut"])


def test_a_variant_outside_the_grid_may_name_cuts(check):
    check({"cut": CROSS | {"scale": "integral", "decoding": "cuts"}}, variants=["default"], folds=["default"])


@pytest.fixture
def study(study_of):
    variants = {"both": {"members": ["balanced", "ordinal"], "label": "Two", "decoding": "median"}}
    names = ["default", "both"]
    return study_of(variants=variants, grid={"variants": names, "folds": names, "seeds": [3, 4]}, splits={"folds": 2})


def test_an_ensemble_is_on_the_scale_and_protocol_of_its_members(study):
    both, first = study.variants["both"], study.variants["balanced"]
    assert (both.label, both.members) == ("Two", ("balanced", "ordinal"))
    assert both.training.scale == first.training.scale
    assert both.training.decoding == "median"
    assert both.protocol == first.protocol


def test_an_ensemble_has_one_run_a_split_that_averages_all_seeds(study):
    runs = [run for run in grid.all_runs(study) if run.variant == "both"]
    assert [(run.split, run.seed) for run in runs] == [("holdout", 3), ("fold-01", 3), ("fold-02", 3)]
    members = grid.member_runs(study, runs[1])
    assert [(run.variant, run.split, run.seed) for run in members] == [
        ("balanced", "fold-01", 3),
        ("balanced", "fold-01", 4),
        ("ordinal", "fold-01", 3),
        ("ordinal", "fold-01", 4),
    ]


def test_only_trainings_have_curves(study):
    assert {run.variant for run in grid.trained_runs(study)} == {"default"}
    assert len(grid.trained_runs(study)) == 2


def test_a_bundle_of_an_ensemble_holds_the_networks_of_its_members(study):
    held = bundle_members(replace(study, bundle=replace(study.bundle, variant="both")))
    assert [one.name for one in held] == [
        f"{variant}-{split}-seed-{seed}"
        for split in ("fold-01", "fold-02")
        for variant in ("balanced", "ordinal")
        for seed in (3, 4)
    ]
    assert held[0].training == study.variants["balanced"].training
