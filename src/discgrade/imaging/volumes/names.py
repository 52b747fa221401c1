"""What the name of a volume says: whose it is, and which series; BIDS names are understood, and SPIDER's.

A name is text that anybody may have written anything into. What is taken of it is whose it is, which only tells people
apart and never leaves the private side, and how it was weighted, as words of a closed list.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from discgrade.imaging.volumes.files import is_volume, stem

_PAIR = re.compile(r"(?P<key>[A-Za-z]+)-(?P<value>[A-Za-z0-9]+)")
_SERIES = re.compile(
    r"(?<![a-z0-9])(?P<words>(?:s?t1|s?t2|pd|flair|stir|tirm|dwi|adc)(?:w|star)?(?:[_-]?(?:space|tse|fse|fs|dixon|vista|cube))*)"
    r"(?![a-z0-9])",
    re.IGNORECASE,
)
_MASK = re.compile(r"(?:^|[_-])(?:[dp]?seg|probseg|mask|msk|labels?)(?:$|[_-])", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """What a file's name says.

    Attributes:
        patient: Whose it is; the whole stem where it names neither subject nor series.
        session: Session of a BIDS name; empty if none.
        series: Words for how it was weighted, for example "T2w" or "t2 SPACE"; empty if the name says nothing.
        stem: The name without folder and suffix.
    """

    patient: str
    session: str
    series: str
    stem: str


def is_image(path: str) -> bool:
    """Return whether a file is a volume of grey values by its name: BIDS calls masks `dseg`, `mask` or `msk`."""
    return is_volume(path) and not _MASK.search(stem(path))


def read_name(path: str) -> Name:
    """Read the name of a volume.

    Args:
        path: Relative to the folder of volumes.
    """
    own = stem(path)
    pairs = {found["key"]: found["value"] for found in map(_PAIR.fullmatch, own.split("_")) if found}
    found = _SERIES.search(own)
    series = " ".join(re.split(r"[_-]", found["words"])) if found else ""
    if "sub" in pairs:
        return Name(pairs["sub"], pairs.get("ses", ""), series, own)
    folders = [one for one in map(_PAIR.fullmatch, PurePosixPath(path).parts[:-1]) if one]
    subject = next((one["value"] for one in folders if one["key"] == "sub"), "")
    patient = subject or (own[: found.start()].strip("_-. ") if found else "") or own
    return Name(patient, "", series, own)
