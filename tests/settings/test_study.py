"""From the checked config to the frozen settings."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from discgrade.settings.groups.cohort import Reference
from discgrade.settings.loading import check_config
from discgrade.settings.model import Protocol
from discgrade.settings.study import read_study

STUDIES = sorted(path.name for path in (Path(__file__).parents[2] / "studies").glob("*.yaml"))


def test_a_variant_overrides_what_it_names(study_of):
    mse = {"loss": "mean_squared_error", "scale": "continuous", "epochs": 7}
    variants = study_of("paper.yaml", variants={"mse": mse}).variants
    assert variants["mse"].training == replace(variants["mae"].training, loss="mean_squared_error", epochs=7)
    assert variants["mae"].training.epochs == 100


def test_a_variant_may_carry_its_own_protocol(study_of):
    variants = study_of().variants
    assert variants["default"].protocol == Protocol(score="as_read", checkpoint="validation")
    assert variants["paper_protocol"].protocol == Protocol(score="augmented", checkpoint="scored")


def test_a_protocol_that_names_one_key_takes_the_other_from_the_study(study_of):
    own = {"loss": "soft_kappa", "scale": "fractional", "protocol": {"score": "averaged"}}
    study = study_of(variants={"soft_kappa": own}, protocol={"checkpoint": "last"})
    assert study.variants["soft_kappa"].protocol == Protocol(score="averaged", checkpoint="last")


def test_a_label_names_a_variant_and_is_no_setting_of_its_training(study_of):
    named = {"loss": "categorical_crossentropy", "scale": "fractional", "label": "Plain"}
    one, other = (study_of(variants={"default": named | {"label": label}}) for label in ("Plain", "Simple"))
    assert one.variants["default"].label == "Plain"
    assert one.variants["default"].training == other.variants["default"].training


def test_a_variant_without_a_label_is_called_by_its_key(study_of):
    study = study_of(variants={"plain": {"loss": "soft_kappa", "scale": "fractional"}})
    assert study.variants["plain"].label == "plain"


def test_class_weights_are_none_unless_named(study_of):
    variants = study_of().variants
    assert variants["default"].training.class_weights is None
    assert variants["balanced"].training.class_weights == "balanced"


def test_a_grid_without_variants_trains_all_in_the_order_of_the_config(study_of, study_config):
    assert study_of().grid.variants == tuple(study_config()["variants"])


def test_the_device_is_the_studys_and_no_setting_of_a_training(study_of):
    one, other = study_of(), study_of(training={"gpus": 1})
    assert (one.gpus, other.gpus) == (0, 1)
    assert one.variants["default"].training == other.variants["default"].training


def test_a_default_of_the_schema_reaches_the_settings(study_of, study_config):
    config = study_config()
    del config["cohort"]["reference"], config["deidentify"]["pseudonym"]
    config["cohort"]["reference"] = {}
    study = read_study(check_config(config))
    assert study.cohort.reference == Reference("reading", "R1", 1)
    assert study.deidentify.pseudonym == "keyed"


def test_settings_cannot_be_changed(study_of):
    with pytest.raises(FrozenInstanceError):
        study_of().splits.folds = 3


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_is_read(study_of, study_config, name):
    study, config = study_of(name), study_config(name)
    assert (study.name, study.splits.shares) == (config["study"], tuple(config["splits"]["shares"]))
    taught_otherwise = [name for name in study.variants if "-" in name]
    assert [*study.variants] == [*config["variants"], *taught_otherwise]


@pytest.mark.parametrize(
    ("source", "said", "compared"),
    [("phantom", None, True), ("rating", None, False), ("rating", True, True), ("phantom", False, False)],
)
def test_a_phantom_alone_is_compared_with_the_paper_unless_the_config_says_so(study_config, source, said, compared):
    config = check_config(study_config())
    config["cohort"]["source"], config["report"]["compare_with_paper"] = source, said
    assert read_study(config).report.compare_with_paper is compared
