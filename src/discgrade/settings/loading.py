"""Checks a study's config against its JSON Schema and fills in the schema's defaults."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators

from discgrade.settings.ensembles import cut_faults, ensemble_faults
from discgrade.settings.functions import check_loss, check_network
from discgrade.settings.pseudo_labels import pseudo_label_faults
from discgrade.settings.renamed import rename

SCHEMA = Path(__file__).with_name("config.schema.yaml")
"""JSON Schema (2020-12) of the config."""


class ConfigurationError(ValueError):
    """A config that breaks its schema, or that names what it does not define; the message lists every fault."""


def _fill_defaults(validator: Any, properties: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ANN401
    if isinstance(instance, dict):
        for key, subschema in properties.items():
            if isinstance(subschema, dict) and "default" in subschema:
                instance.setdefault(key, subschema["default"])
    yield from Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema)


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"properties": _fill_defaults}
)


def _unknown_keys(error: Any) -> list[str]:  # noqa: ANN401
    known = set(error.schema.get("properties", {}))
    return sorted(str(key) for key in error.instance if key not in known)


def _describe(error: Any) -> str:  # noqa: ANN401
    place = ".".join(str(part) for part in error.absolute_path) or "the config"
    if error.validator == "additionalProperties":
        known = ", ".join(error.schema["properties"])
        return f"{place}: unknown key {', '.join(map(repr, _unknown_keys(error)))}. Known keys: {known}"
    if error.validator == "unevaluatedProperties":
        return f"{place}: {error.message.replace('Unevaluated properties are not allowed', 'unknown key')}"
    if error.validator == "required":
        return f"{place}: {error.message.replace('is a required property', 'is missing')}"
    return f"{place}: should be {_rule(error)}. Received: {error.instance!r}"


def _rule(error: Any) -> str:  # noqa: ANN401
    if "description" in error.schema:
        return str(error.schema["description"])
    words = {"enum": "one of", "type": "of type", "minimum": "at least", "exclusiveMinimum": "over"}
    words |= {"maximum": "at most", "exclusiveMaximum": "under"}
    return f"{words.get(error.validator, error.validator)} {error.validator_value}"


def _undefined_variants(config: Mapping[str, Any]) -> Iterator[str]:
    grid, variants = config["grid"], config["variants"]
    named = {"grid.default": [grid["default"]], "grid.variants": grid["variants"] or [], "grid.folds": grid["folds"]}
    for key, names in named.items():
        for name in names:
            if name not in variants:
                yield f"{key}: unknown variant {name!r}. Known variants: {', '.join(variants)}"


def _shared_labels(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield names in print that several variants have: nobody could tell their rows apart."""
    names: dict[str, list[str]] = {}
    for name, variant in config["variants"].items():
        names.setdefault(variant.get("label", name), []).append(name)
    for label, variants in names.items():
        if len(variants) > 1:
            yield f"variants: {', '.join(variants)} should have labels of their own. Received: {label!r}"


def _untrained_bundle(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fault of a bundle of networks that the grid does not train."""
    grid, bundle = config["grid"], config["bundle"]
    variant = bundle["variant"] or grid["default"]
    if variant not in config["variants"]:
        yield f"bundle.variant: unknown variant {variant!r}. Known variants: {', '.join(config['variants'])}"
        return
    in_folds = variant in grid["folds"]
    on_holdout = variant in [grid["default"], *(grid["variants"] or config["variants"])]
    members = bundle["members"] or ("folds" if in_folds else "holdout")
    if not (in_folds if members == "folds" else on_holdout):
        key = "grid.folds" if members == "folds" else "grid.variants"
        yield f"bundle.members: {members} needs {variant!r} in {key}, or another bundle.variant or bundle.members"


def _unknown_functions(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the faults of losses and networks: one that only a cluster's nodes find costs hours."""
    named = [("training.network", config["training"].get("network"), check_network)]
    for name, variant in config["variants"].items():
        named += [(f"variants.{name}.loss", variant.get("loss"), check_loss)]
        named += [(f"variants.{name}.network", variant.get("network"), check_network)]
    for place, function, check in named:
        try:
            _ = function and check(function)
        except ValueError as error:
            yield f"{place}: {error}"


def _missing_sources(config: Mapping[str, Any]) -> Iterator[str]:
    cohort = config["cohort"]
    kinds = {"ratings": "sheet (.csv, .parquet or .xlsx)", "overview": "sheet (.csv)"}
    own, drawn = ("dicom", "ratings"), ("volumes", "masks", "ratings")
    wanted = {"phantom": (), "folder": own, "export": ("export",), "rating": own, "volumes": drawn}[cohort["source"]]
    if cohort["source"] == "volumes" and cohort["overview"]:
        wanted = (*wanted, "overview")
    if cohort["source"] == "rating":
        kinds["ratings"] = "private folder of `discgrade rate`"
    for key in wanted:
        if not cohort[key]:
            yield f"cohort.{key}: needed since cohort.source is {cohort['source']}. Give the path"
        elif not Path(cohort[key]).exists():
            yield f"cohort.{key}: nothing is there. Give the path of an existing {kinds.get(key, 'folder')}"


def _proposing(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield why no boxes can be proposed for the rows of a sheet."""
    bundle = config["ratings"]["propose"]
    if bundle is None:
        return
    if config["cohort"]["source"] != "folder":
        yield f"ratings.propose: only for cohort.source: folder. Received: {config['cohort']['source']}"
    if config["ratings"]["identifiers"] != "original":
        yield "ratings.propose: the sheet should name patients and images as the source does (identifiers: original)"
    if not Path(bundle).exists():
        yield f"ratings.propose: nothing is there. Give the path of a bundle. Received: {bundle}"


def _missing_answers(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield that the answers to a review queue are not where the config says."""
    answers = config["pseudo_labels"]["answers"]
    if answers is not None and not Path(answers).is_file():
        yield f"pseudo_labels.answers: nothing is there. Give the path of the sheet, or null. Received: {answers}"


def _expand_paths(config: dict[str, Any]) -> None:
    cohort = ("dicom", "ratings", "export", "volumes", "masks", "overview")
    for section, keys in (("cohort", cohort), ("ratings", ("propose",)), ("pseudo_labels", ("answers",))):
        for key in keys:
            if isinstance(config.get(section, {}).get(key), str):
                config[section][key] = os.path.expanduser(os.path.expandvars(config[section][key]))  # noqa: PTH111


def _in_order(config: dict[str, Any]) -> dict[str, Any]:
    """Sort the keys, all but the variants' names: Snakemake takes the same settings in another order for a change."""

    def ordered(value: Any) -> Any:  # noqa: ANN401
        return {key: ordered(value[key]) for key in sorted(value)} if isinstance(value, dict) else value

    variants = {name: ordered(variant) for name, variant in config["variants"].items()}
    return {key: ordered(value) for key, value in sorted(config.items())} | {"variants": variants}


def check_config(config: dict[str, Any], tell: Callable[[str], None] = print) -> dict[str, Any]:
    """Return the config in a fixed order, with the schema's defaults, and `~` and `$NAME` expanded in its paths.

    Args:
        config: The study's config, overlays merged.
        tell: Takes a sentence for each key or value that has a new name.

    Raises:
        ConfigurationError: naming every unknown key and mistyped value, or else every undefined variant, or else every
            impossible ensemble and cut, every undefined loss and network and every missing source.
    """
    for sentence in rename(config):
        tell(sentence)
    _expand_paths(config)
    validator = _Validator(yaml.safe_load(SCHEMA.read_text(encoding="utf-8")))
    faults = sorted({_describe(error) for error in validator.iter_errors(config)})
    faults = faults or [*_undefined_variants(config), *_shared_labels(config)]
    if not faults:
        found = ensemble_faults, cut_faults, _untrained_bundle, _unknown_functions, _missing_sources, _proposing
        faults = [fault for find in (*found, pseudo_label_faults, _missing_answers) for fault in find(config)]
    if faults:
        raise ConfigurationError("The config is not valid:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return _in_order(config)
