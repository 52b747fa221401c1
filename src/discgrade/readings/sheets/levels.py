"""Names of discs as people write them: L4/L5, L4-L5, L4/5, L45, l4 l5, LWK 4/5."""

import re
import unicodedata
from itertools import pairwise

from discgrade.grades import LEVELS

_REGIONS = {"L": "L", "LW": "L", "LWK": "L", "LV": "L", "T": "T", "TH": "T", "D": "T", "BW": "T", "BWK": "T"}
_REGIONS |= {"S": "S", "SW": "S", "SWK": "S", "C": "C", "HW": "C", "HWK": "C"}
_WORDS = re.compile(r"\b(?:discs?|disks?|levels?|segments?|ivd|bandscheibe)\b", re.IGNORECASE)
_BETWEEN = r"[\s/\\|_.:;,&+\-\u2010-\u2015]*"
_DISC = re.compile(
    rf"(?P<region>[A-Z]+)\s*(?P<upper>\d{{1,2}}?)(?P<between>{_BETWEEN})(?P<other>[A-Z]*)\s*(?P<lower>\d{{0,2}})",
    re.ASCII,
)


def _chain() -> list[str]:
    vertebrae = {"C": range(2, 8), "T": range(1, 13), "L": range(1, 6), "S": range(1, 6)}
    return [f"{region}{number}" for region, numbers in vertebrae.items() for number in numbers]


_KNOWN = frozenset(
    {f"{upper}/{lower}" for upper, lower in pairwise(_chain())}
    | {"L4/S1", "L5/L6", "L6/S1", "T11/L1", "T12/T13", "T13/L1"}  # with a vertebra more or fewer
)
OTHER_LEVELS = _KNOWN - frozenset(LEVELS)
"""Discs of the spine that are not graded here, a sixth lumbar vertebra's among them."""


def level_of(text: str) -> str:
    """Return the name of a disc such as L4/L5, one of `grades.LEVELS` or `OTHER_LEVELS`; empty if it is none."""
    cleaned = _WORDS.sub("", unicodedata.normalize("NFKC", text)).strip().upper()
    found = _DISC.fullmatch(cleaned)
    if found is None or found["region"] not in _REGIONS:
        return ""
    region, upper, lower = _REGIONS[found["region"]], int(found["upper"]), found["lower"]
    if not (found["between"] or found["other"]) and (region != "L" or len(lower) != 1):
        return ""  # T12: a vertebra, not the disc T1/T2
    below = _REGIONS.get(found["other"], "") if found["other"] else ""
    if found["other"] and not below:
        return ""
    if not lower:
        return f"{region}{upper}/S1" if below == "S" and f"{region}{upper}/S1" in _KNOWN else ""
    candidates = (f"{region}{upper}/{one}{int(lower)}" for one in ([below] if below else [region, *"TLS"]))
    return next((name for name in candidates if name in _KNOWN), "")
