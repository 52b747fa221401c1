"""A locator as it is used, `localisation/locator.json`: what goes with it, and how far its probabilities hold."""

import json
from dataclasses import dataclass
from pathlib import Path

from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.records import replacing
from discgrade.settings.plain import plain, typed


@dataclass(frozen=True)
class Trusted:
    """A locator's facts, and its lapse.

    Attributes:
        facts: What goes with it; its threshold is that of the probabilities as the network gives them.
        lapse: Share of its boxes that are wrong however sure it is, from 0 to 1: a probability is (1 - lapse) times
            what the network gives.
    """

    facts: LocatorFacts
    lapse: float


def write_trusted(trusted: Trusted, path: Path) -> None:
    """Write a locator as JSON."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(plain(trusted), indent=1) + "\n", encoding="utf-8")


def read_trusted(path: Path) -> Trusted:
    """Read what `write_trusted` wrote."""
    return typed(Trusted, json.loads(path.read_text(encoding="utf-8")))
