"""From the checked config to the frozen settings: the one place where its sections become values."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from discgrade.settings.model import Study, Training
from discgrade.settings.plain import typed

_AS_THEY_ARE = (
    "cohort", "deidentify", "ratings", "splits", "images", "augmentation", "intervals", "certainty",
    "rating", "bundle", "labels", "locator", "provenance",
)  # fmt: skip
_TRAINING = [field.name for field in fields(Training)]


def read_study(config: Mapping[str, Any]) -> Study:
    """Return the settings of a config that `loading.check_config` has checked and completed."""
    grid, variants = dict(config["grid"]), config["variants"]
    return typed(
        Study,
        {section: config[section] for section in _AS_THEY_ARE}
        | {
            "name": config["study"],
            "threads": config["training"]["threads"],
            "gpus": config["training"]["gpus"],
            "variants": {name: _variant(config, name, own) for name, own in variants.items()},
            "grid": grid | {"variants": grid["variants"] or list(variants)},
            "unit": config["protocol"]["unit"],
            "report": _report(config),
        },
    )


def _report(config: Mapping[str, Any]) -> dict[str, Any]:
    """Settle what the config leaves open: a phantom cohort is compared with the paper, one's own patients are not."""
    report = dict(config["report"])
    if report["compare_with_paper"] is None:
        report["compare_with_paper"] = config["cohort"]["source"] == "phantom"
    return report


def _variant(config: Mapping[str, Any], name: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """Complete one variant: `training` and `protocol`, overridden by what it names itself or its first member names."""
    label, members = own.get("label", name), own.get("members", [])
    own = {**config["variants"][members[0]], **own} if members else own
    training = {"class_weights": None, **config["training"], **own}
    protocol = config["protocol"] | own.get("protocol", {})
    return {
        "name": name,
        "label": label,
        "members": members,
        "training": {key: training[key] for key in _TRAINING},
        "protocol": {key: protocol[key] for key in ("score", "checkpoint")},
    }
