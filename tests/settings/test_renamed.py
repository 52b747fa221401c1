"""An overlay that was written for an earlier version works, and is told the new name."""

import pytest
from snakemake.utils import update_config

from discgrade.settings.loading import ConfigurationError, check_config
from discgrade.settings.renamed import KEYS, VALUES
from discgrade.settings.study import read_study


@pytest.fixture
def overlaid(study_config):
    """A function that checks config.yaml with an overlay, and returns the study and what was told."""

    def check(overlay):
        config, told = study_config(), []
        update_config(config, overlay)
        return read_study(check_config(config, tell=told.append)), told

    return check


def test_the_old_key_of_an_overlay_counts_and_the_new_one_is_told(overlaid):
    study, told = overlaid({"splits": {"inner": 0.25}})
    assert study.splits.validation == 0.25
    assert told == ["splits.inner is now called splits.validation: rename it in your overlay"]


def test_the_old_value_of_the_protocol_counts_and_the_new_one_is_told(overlaid):
    study, told = overlaid({"protocol": {"checkpoint": "inner"}})
    assert {study.variants[name].protocol.checkpoint for name in ("default", "mae")} == {"validation"}
    assert told == ["protocol.checkpoint: inner is now called validation: rename it in your overlay"]


def test_the_old_value_of_a_variant_counts_and_its_place_is_told(overlaid):
    own = {"protocol": {"score": "as_read", "checkpoint": "inner"}}
    study, told = overlaid({"variants": {"soft_kappa": own}})
    assert study.variants["soft_kappa"].protocol.checkpoint == "validation"
    assert told == [
        "variants.soft_kappa.protocol.checkpoint: inner is now called validation: rename it in your overlay"
    ]


def test_nothing_is_told_of_an_overlay_that_knows_the_new_names(overlaid):
    assert overlaid({"splits": {"validation": 0.25}, "protocol": {"checkpoint": "last"}})[1] == []


def test_an_old_word_elsewhere_is_no_old_value(study_config):
    config = study_config()
    config["splits"]["outer"] = 0.1
    config["images"]["region"] = "inner"
    with pytest.raises(ConfigurationError, match=r"(?s)images\.region.*Received: 'inner'.*splits: unknown key 'outer'"):
        check_config(config, tell=pytest.fail)


def test_every_new_name_is_one_of_the_config(study_config):
    config = study_config()
    for place in KEYS.values():
        section, key = place.split(".")
        assert key in config[section]
    assert {config["protocol"][key] for key, _ in VALUES} == set(VALUES.values())
