"""From the checked config to the frozen settings: the one place where its sections become values."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from discgrade.settings.model import Study, Training
from discgrade.settings.plain import typed
from discgrade.settings.pseudo_labels import arms, is_made, learned, teacher_of

_AS_THEY_ARE = (
    "cohort", "deidentify", "ratings", "splits", "images", "augmentation", "intervals", "certainty",
    "rating", "bundle", "labels", "locator", "provenance",
)  # fmt: skip
_TRAINING = [field.name for field in fields(Training)]


def read_study(config: Mapping[str, Any]) -> Study:
    """Return the settings of a config that `loading.check_config` has checked and completed."""
    grid, variants = dict(config["grid"]), config["variants"]
    complete = {name: _variant(config, name, own) for name, own in variants.items()}
    if is_made(config):
        labels = learned(config["pseudo_labels"]["learn"])
        complete = {name: one | {"labels": labels} for name, one in complete.items()}
        complete |= arms(config, complete[teacher_of(config)])
    return typed(
        Study,
        {section: config[section] for section in _AS_THEY_ARE}
        | {
            "name": config["study"],
            "threads": config["training"]["threads"],
            "gpus": config["training"]["gpus"],
            "variants": complete,
            "grid": grid | {"variants": grid["variants"] or list(variants)},
            "unit": config["protocol"]["unit"],
            "pseudo_labels": _pseudo_labels(config),
            "report": _report(config),
        },
    )


def _pseudo_labels(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how a cohort is labelled by a model; None where none is."""
    given = {key: value for key, value in config["pseudo_labels"].items() if key != "make"}
    return given | {"teacher": teacher_of(config)} if is_made(config) else None


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
