import copy
from pathlib import Path

import pytest

from discgrade.settings.loading import ConfigurationError, check_config

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(study_config):
    return study_config()


def refused(config, match):
    return pytest.raises(ConfigurationError, match=match)


def test_the_default_study_is_valid(config):
    assert check_config(copy.deepcopy(config)) == config


def test_a_default_is_filled_in(config):
    del config["cohort"]["reference"]["reading"]
    assert check_config(config)["cohort"]["reference"]["reading"] == 1


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        ("images", "resolution", 16, r"images\.resolution: should be at least 20 px.*Received: 16"),
        ("images", "border", "mirror", r"images\.border: should be one of \['edge', 'reflect', 'zero'\]"),
        ("training", "threads", "two", r"training\.threads: should be of type integer. Received: 'two'"),
        ("training", "epohcs", 3, r"training: unknown key \('epohcs' was unexpected\)"),
        ("splits", "shares", [2, 4], r"splits\.shares: should be a list of denominators that holds 1"),
        ("splits", "seed", -1, r"splits\.seed: should be at least 0. Received: -1"),
        ("intervals", "show", 1.5, r"intervals\.show: should be under 1. Received: 1\.5"),
        ("cohort", "sharts", 4, r"cohort: unknown key 'sharts'. Known keys: source, dicom"),
        ("grid", "default", "focal", r"grid\.default: unknown variant 'focal'. Known variants: default, integral"),
        ("cohort", "source", "folder", r"cohort\.dicom: needed since cohort\.source is folder"),
    ],
)
def test_a_fault_is_named_with_its_place_and_rule(config, section, key, value, message):
    config[section][key] = value
    with refused(config, message):
        check_config(config)


@pytest.mark.parametrize("label", ["", "  ", "two\nlines", "last line\n", "a bell\x07"])
def test_a_variant_needs_a_name_that_can_be_printed(config, label):
    config["variants"]["mae"]["label"] = label
    with refused(config, r"variants\.mae\.label: should be name of the variant in tables and figures, on one line"):
        check_config(config)


def test_no_two_variants_share_their_name(config):
    config["variants"]["mae"]["label"] = config["variants"]["default"]["label"]
    with refused(config, r"variants: default, mae should have labels of their own. Received: 'Default model'"):
        check_config(config)


def test_every_fault_is_in_one_message(config):
    config["trainnig"] = {}
    config["variants"]["mae"]["scale"] = "ordinal"
    with refused(config, r"(?s)unknown key 'trainnig'.*variants\.mae\.scale: should be one of"):
        check_config(config)


def test_a_folder_that_is_not_there_is_not_printed(config, tmp_path):
    config["cohort"] |= {"source": "folder", "dicom": str(tmp_path / "Smith"), "ratings": str(tmp_path)}
    with pytest.raises(ConfigurationError) as refusal:
        check_config(config)
    assert "cohort.dicom: nothing is there" in str(refusal.value)
    assert "Smith" not in str(refusal.value)


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / "studies").glob("*.yaml")))
def test_every_key_of_config_and_overlays_is_known(study_config, name):
    config = study_config(name)
    config["cohort"]["source"] = "phantom"
    check_config(config)


def test_a_path_may_name_an_environment_variable(config, monkeypatch, tmp_path):
    monkeypatch.setenv("SCANS", str(tmp_path))
    config["cohort"] |= {"source": "export", "export": "$SCANS"}
    assert check_config(config)["cohort"]["export"] == str(tmp_path)


def test_the_order_of_keys_does_not_matter_but_for_the_variants(config):
    turned = {key: config[key] for key in reversed(config)}
    assert list(check_config(turned)) == list(check_config(config))
    assert list(check_config(turned)["variants"]) == list(config["variants"])


@pytest.mark.parametrize(
    ("bundle", "message"),
    [
        ({"variant": "focal"}, r"bundle\.variant: unknown variant 'focal'. Known variants: default, integral"),
        ({"variant": "mae", "members": "folds"}, r"bundle\.members: folds needs 'mae' in grid\.folds"),
        ({"members": "all"}, r"bundle\.members: should be one of \['folds', 'holdout', None\]. Received: 'all'"),
    ],
)
def test_a_bundle_of_what_is_not_trained_is_refused(config, bundle, message):
    config["bundle"] |= bundle
    with refused(config, message):
        check_config(config)


def test_a_holdout_network_has_to_be_trained(config):
    config["grid"]["variants"] = ["integral"]
    config["bundle"] |= {"variant": "mae"}
    with refused(config, r"bundle\.members: holdout needs 'mae' in grid\.variants"):
        check_config(config)
