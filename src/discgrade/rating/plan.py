"""The plan of a rating study: settings that are kept with the readings, and that hold from the first reading on."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from discgrade.private import RefusedError
from discgrade.rating.ledger import levels
from discgrade.rating.ledger.actions import UNDOABLE
from discgrade.rating.ledger.store import Store
from discgrade.rating.queue import Rater, share
from discgrade.settings.groups.rating import Rating
from discgrade.settings.plain import plain, typed

FIXED = ("scale", "levels", "seed")
"""What may not change once somebody has read."""

_COHORT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}", re.ASCII)


def kept(store: Store) -> Rating | None:
    """Return the plan of a study; None if it has none yet."""
    text = store.plan()
    return None if text is None else typed(Rating, json.loads(text))


def keep(store: Store, settings: Rating, at: str) -> None:
    """Keep a plan if it is new.

    Args:
        store: The readings database.
        settings: The plan.
        at: Time, ISO 8601.

    Raises:
        RefusedError: if it breaks a rule, or changes what may not change once somebody has read.
    """
    faults = list(_faults(settings))
    before = kept(store)
    if before is not None and any(action.kind in UNDOABLE for action in store.all()):
        changed = [name for name in FIXED if getattr(before, name) != getattr(settings, name)]
        faults += [f"{name} should stay {getattr(before, name)!r}: discs were read by it" for name in changed]
    if faults:
        raise RefusedError("The plan is not valid:\n" + "\n".join(f"  - {fault}" for fault in faults))
    if before != settings:
        store.add_plan(at, json.dumps(plain(settings)))


def _faults(settings: Rating) -> Iterator[str]:
    for name, known in (("scale", ("fractional", "integral")), ("reviewed", ("further", "instead"))):
        if getattr(settings, name) not in known:
            yield f"{name} should be one of {', '.join(known)}. Received: {getattr(settings, name)!r}"
    unknown = [level for level in settings.levels if level not in levels.names(5)]
    if unknown or not settings.levels or len(set(settings.levels)) < len(settings.levels):
        yield f"levels should be some of {', '.join(levels.names(5))}. Received: {', '.join(settings.levels) or 'none'}"
    for name in ("reread", "second_rater"):
        if not 0 <= getattr(settings, name) <= 1:
            yield f"{name} should be a share from 0 to 1. Received: {getattr(settings, name)}"
    for name in ("days", "adjudicate_from", "review_from"):
        if not 0 <= getattr(settings, name) < 1e5:
            yield f"{name} should be 0 or more. Received: {getattr(settings, name)}"
    if not _COHORT.fullmatch(settings.cohort):
        yield f"cohort should be a letter, then up to 19 letters, digits, - or _. Received: {settings.cohort!r}"


def from_config(path: Path) -> Rating:
    """Return the section `rating` of a config file, an overlay of config.yaml, with the defaults of what it leaves out.

    Raises:
        RefusedError: if there is no such file or section, or it names a key that there is not.
    """
    import yaml  # noqa: PLC0415 - of the extra `rate`; only here

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        raise RefusedError("The config should be a YAML file that can be read") from None
    section = found.get("rating") if isinstance(found, dict) else None
    if not isinstance(section, dict):
        raise RefusedError("The config should have a section `rating`. See the settings in the documentation")
    return changed(Rating(), section)


def changed(settings: Rating, changes: Mapping[str, Any]) -> Rating:
    """Return a plan with other values of some settings.

    Raises:
        RefusedError: if there is no such setting, or a value is of another kind.
    """
    known = {field.name: type(getattr(settings, field.name)) for field in fields(settings)}
    unknown = sorted(set(changes) - set(known))
    if unknown:
        raise RefusedError(f"rating: unknown key {', '.join(unknown)}. Known keys: {', '.join(known)}")
    try:
        return replace(settings, **{name: _as(known[name], value) for name, value in changes.items()})
    except (TypeError, ValueError):
        raise RefusedError("rating: a value is not of the kind that it should be. See the settings") from None


def _as(kind: type, value: Any) -> Any:  # noqa: ANN401
    if kind is tuple:
        return tuple(str(one) for one in value)
    if kind in (int, float) and isinstance(value, bool | str):
        raise TypeError
    return kind(value)


def described(settings: Rating, studies: list[str], raters: Mapping[str, Rater]) -> Iterator[str]:
    """Yield who reads what, a line a rater."""
    discs = len(settings.levels)
    for rater in raters.values():
        part = share(settings, studies, rater)
        again = f", {len(part.again)} of them again after {settings.days:g} days or more" if part.again else ""
        yield f"{rater.name} ({rater.role}): {len(part.first)} studies with {discs} discs each{again}"
