"""The only words that may leave: defined terms of coded strings, words of descriptions, names of scanners."""

import csv
import re
from functools import cache
from importlib.resources import files

from pydicom.tag import Tag

_WORD = re.compile(r"[^\W_]+[*]?", re.UNICODE)
_MILLIMETRES = re.compile(r"\d{1,2}(?:[.,]\d)?mm|\d")
_SEQUENCE_NAME = re.compile(
    r"[*]?(?:tse|se|fl|fi|ep|tfl|tfi|tir|tse_rst|h|me|spc|spcir|qtfl|tseR|epse|epfid)[23]d\d{0,4}(?:_\d{1,4}){0,3}(?:ns|r\d+)?"
)
_STACK = re.compile(r"\d{1,3}|[A-Za-z]")

# Words of makers' and models' names, for Manufacturer (0008,0070) and Manufacturer's Model Name (0008,1090).
_SCANNERS = frozenset(
    """ge medical systems healthcare siemens healthineers philips toshiba canon hitachi fujifilm esaote fonar united
    imaging uih paramed neusoft alltech xgy mindray wandong basda nihon
    magnetom avanto aera altea amira area espree essenza fit free max concerto harmony impact jazz lumina prisma skyra
    sempra sola spectra symphony sonata tim trio triotim trufin verio vida vision terra biograph mmr open viva cima x
    achieva ambition ingenia elition intera gyroscan panorama multiva prodiva evolution s nova dual omega cx dstream
    signa genesis hdx hdxt hde hd excite explorer optima discovery mr mr360 mr450 mr450w mr355 mr750 mr750w mr430s
    architect artist creator voyager pioneer premier hero brivo mr235 mr255 victor champion lx echospeed infinity ovation
    vantage titan galan orian atlas excelart elan gracian fortian centurian mrt200 mrt200sp
    airis aperto echelon oasis trillium oval smart scan gscan sscan oscan brio artoscan
    upright umr omega 1 1.5t 3t 3.0t 1.5 3.0 15t 30t ii iii elite plus xt xr pro 5000 560 570 580 588 680 770 780 790 870 890""".split()
)  # fmt: skip


@cache
def terms() -> dict[int, frozenset[bytes]]:
    """Return the defined and enumerated terms of each attribute (PS3.3), by tag."""
    rows = csv.DictReader((files(__package__) / "terms.csv").read_text("utf-8").splitlines())
    return {int(Tag(row["keyword"])): frozenset(row["terms"].encode().split(b"|")) for row in rows}


@cache
def words() -> frozenset[str]:
    """Return the words that a description may keep."""
    lines = (files(__package__) / "words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def coded(tag: int, value: bytes) -> bytes | None:
    """Return a coded string if every value is a term of that attribute, else None; an image type loses other values."""
    known = terms().get(tag)
    if known is None:
        return None
    parts = [part.strip(b" \0") for part in value.split(b"\\")]
    if tag == int(Tag("ImageType")):
        return (
            b"\\".join([*parts[:2], *(part if part in known else b"OTHER" for part in parts[2:])])
            if known.issuperset(parts[:2])
            else None
        )
    return b"\\".join(parts) if known.issuperset(parts) else None


def description(text: str, known: frozenset[str] = frozenset()) -> str:
    """Return a description with its allowed words only, the separators between them kept.

    Args:
        text: Series description or protocol name.
        known: Words that are dropped although allowed: the patient's own.
    """

    def kept(match: re.Match[str]) -> str:
        word = match[0].casefold()
        allowed = (word in words() or _MILLIMETRES.fullmatch(word)) and word not in known
        return match[0] if allowed else ""

    return re.sub(r"[^0-9A-Za-z*]+", lambda gap: gap[0][0] if gap[0].isascii() else " ", _WORD.sub(kept, text)).strip(
        " _-.,/+"
    )


def scanner(text: str) -> str | None:
    """Return the name of a maker or model if all its words are known ones, else None."""
    parts = re.split(r"[\s_\-/,()]+", text.strip())
    return text.strip() if parts and all(part.casefold() in _SCANNERS for part in parts if part) else None


def text_value(tag: int, text: str) -> str | None:
    """Return the text of one of the few text attributes that are kept, or None where it is not a known one."""
    if tag in _MAKERS:
        return scanner(text)
    if tag in terms():
        return text if text.encode() in terms()[tag] else None
    pattern = _PATTERNS.get(tag)
    return text if pattern and pattern.fullmatch(text) else None


_MAKERS = frozenset({int(Tag("Manufacturer")), int(Tag("ManufacturerModelName"))})
_PATTERNS = {int(Tag("SequenceName")): _SEQUENCE_NAME, int(Tag("StackID")): _STACK}
