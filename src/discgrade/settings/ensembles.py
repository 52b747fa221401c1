"""What can be wrong with ensembles and with cuts, found before anything runs."""

from collections.abc import Iterator, Mapping
from typing import Any

Config = Mapping[str, Any]


def ensemble_faults(config: Config) -> Iterator[str]:
    """Yield what keeps variants from being the mean of their members, in words."""
    variants = config["variants"]
    if variants[config["grid"]["default"]].get("members"):
        yield (
            f"grid.default: should be a variant that is trained. Received: {config['grid']['default']!r}, the mean of "
            "others"
        )
    for name, variant in variants.items():
        for fault in _member_faults(config, variant.get("members", [])):
            yield f"variants.{name}.members: {fault}"


def _member_faults(config: Config, members: list[str]) -> Iterator[str]:
    variants = config["variants"]
    unknown = [name for name in members if name not in variants]
    if unknown:
        trained = [name for name, one in variants.items() if "members" not in one]
        yield f"should be variants. Received: {', '.join(map(repr, unknown))}. Known: {', '.join(trained)}"
        return
    nested = [name for name in members if "members" in variants[name]]
    if nested:
        yield f"should be trained themselves. Received: {', '.join(map(repr, nested))}, the mean of others"
        return
    scales = {name: variants[name]["scale"] for name in members}
    if "continuous" in scales.values():
        named = [name for name, scale in scales.items() if scale == "continuous"]
        yield f"should give probabilities of grades. Received: {', '.join(map(repr, named))}, on the continuous scale"
    if len(set(scales.values())) > 1:
        yield f"should be on one scale. Received: {_listed(scales)}"
    scored = {name: variants[name].get("protocol", {}).get("score", config["protocol"]["score"]) for name in members}
    if len(set(scored.values())) > 1:
        yield f"should be scored alike (protocol.score). Received: {_listed(scored)}"


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def cut_faults(config: Config) -> Iterator[str]:
    """Yield which variants are decoded by cuts that nothing can be fitted on, in words."""
    grid, variants = config["grid"], config["variants"]
    trained = dict.fromkeys([grid["default"], *(grid["variants"] or variants), *grid["folds"]])
    for name in trained:
        own = variants[name]
        first = variants[own["members"][0]] if own.get("members") else {}
        decoding = {**config["training"], **first, **own}["decoding"]
        if decoding == "cuts" and {**first, **own}["scale"] == "continuous":
            yield f"variants.{name}: `decoding: cuts` needs probabilities of grades. Received: `scale: continuous`"
        elif decoding == "cuts" and name not in grid["folds"]:
            yield (
                f"grid.folds: {name!r} is missing. Its `decoding: cuts` fits a disc's cuts on what folds predicted for "
                "other patients"
            )
