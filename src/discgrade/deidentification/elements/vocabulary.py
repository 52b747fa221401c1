"""The only words that may leave: terms of coded strings, words of descriptions, names of scanners."""

import csv
import re
from functools import cache
from importlib.resources import files

from pydicom._private_dict import private_dictionaries
from pydicom.datadict import dictionary_VR
from pydicom.tag import Tag

# The few texts of a certain form that stay: pulse sequences as Siemens and Philips name them, software, stacks.
_FAMILY = r"tser?|se|fl|fi|ep|tfl|tfi|tir|h|me|spc(?:ir)?|qtfl|tgse|epse|epfid|fm"
_PULSE = rf"[*]?(?:{_FAMILY})[23]d\d{{0,4}}(?:_\d{{1,4}}){{0,3}}(?:ns|st)?(?:r\d{{1,3}})?"
_PATTERNS = {
    "SequenceName": rf"{_PULSE}|[*]?ep_b\d{{1,4}}(?:t|#\d{{1,3}})?",
    "PulseSequenceName": rf"{_PULSE}|(?:T[12])?(?:B-|M|F)?(?:TSE|TFE|FFE|SE|IR|GRASE)(?:EPI)?",
    "SoftwareVersions": r"syngo MR [A-Z]{1,2}\d{1,3}[A-Z]?|\d{1,2}(?:\.\d{1,2}){0,3}",
    "StackID": r"\d{1,3}|[A-Za-z]",
}
_WORDED = {
    "Manufacturer": "scanner",
    "ManufacturerModelName": "scanner",
    "ReceiveCoilName": "coil",
    "TransmitCoilName": "coil",
}
# Names of private blocks that pydicom's dictionary knows; multi-frame dimensions point into them.
_CREATORS = frozenset({int(Tag("DimensionIndexPrivateCreator")), int(Tag("FunctionalGroupPrivateCreator"))})
_IMAGE_TYPES = frozenset({int(Tag("ImageType")), int(Tag("FrameType"))})
_SETS = frozenset(int(Tag(keyword)) for keyword in ("ScanningSequence", "SequenceVariant", "ScanOptions"))
_SPELLINGS = {(int(Tag("CoverageOfKSpace")), "ELLIPTICAL"): "ELLIPSOIDAL"}  # Philips
_WORD = re.compile(r"[^\W_]+[*]?")
_SHORT_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_DIGIT = re.compile(r"(?<![^\W_])\d(?![^\W_])", re.ASCII)
_MEASURE = re.compile(r"\d{1,2}mm|\d", re.ASCII)
_MOST_DIGITS, _MOST_NUMBERS = 3, 2  # more of them, each harmless by itself, may be a date or a phone number
_GAPS = re.compile(r"[^0-9A-Za-z*]+")


@cache
def terms() -> dict[int, frozenset[str]]:
    """Return the defined and enumerated terms (PS3.3) of coded strings and of two short texts, by tag."""
    rows = csv.DictReader((files(__package__) / "terms.csv").read_text("utf-8").splitlines())
    return {int(Tag(row["keyword"])): frozenset(row["terms"].split("|")) for row in rows}


@cache
def words(kind: str) -> frozenset[str]:
    """Return the allowed words of a kind, `description` or `scanner`, in lower case."""
    rows = csv.DictReader((files(__package__) / "words.csv").read_text("utf-8").splitlines())
    return frozenset(word for row in rows if row["kind"] == kind for word in row["words"].split())


def coded(tag: int, value: str) -> str | None:
    """Return a coded string if all its values are terms of that attribute, else None.

    Manufacturers add values of their own to some attributes: an image type gets OTHER for such a value from the third
    on, and a technique that is a set of values keeps those that are known. Small letters become capital ones.
    """
    known = terms().get(tag, frozenset())
    parts = [_spelled(part.strip(" \0"), tag, known) for part in value.split("\\")]
    if tag in _IMAGE_TYPES and known.issuperset(parts[:2]):
        parts[2:] = [part if part in known or not part else "OTHER" for part in parts[2:]]
    elif tag in _SETS and not known.isdisjoint(parts):
        parts = [part for part in parts if part in known]
    return "\\".join(parts) if known.issuperset(part for part in parts if part) else None


def _spelled(part: str, tag: int, known: frozenset[str]) -> str:
    """Return the standard's spelling of a term that a manufacturer spells in another way."""
    term = _SPELLINGS.get((tag, part.upper()), part.upper())
    return term if term in known else part


def described(text: str, allowed: frozenset[str]) -> str:
    """Return the allowed words of a description and one separator between them.

    Args:
        text: Series description or protocol name.
        allowed: Words that may stay, in lower case.
    """

    def kept(word: re.Match[str]) -> str:
        folded = word[0].casefold()
        return word[0] if word[0].isascii() and (folded in allowed or _MEASURE.fullmatch(folded)) else ""

    def separator(gap: re.Match[str]) -> str:
        return gap[0][0] if gap[0][0] in "_-+./" else " "

    left = _WORD.sub(kept, text)
    if len(_DIGIT.findall(left)) > _MOST_DIGITS:
        left = _DIGIT.sub("", left)
    return _GAPS.sub(separator, left).strip(" _-+./")


def text(tag: int, value: str) -> str | None:
    """Return the text of one of the few attributes that keep it, or None where it is not a known one."""
    parts = [part.strip() for part in value.split("\\")]
    return "\\".join(parts) if value.isascii() and all(_is_known(tag, part) for part in parts) else None


def _is_known(tag: int, value: str) -> bool:
    if tag in terms():
        return value in terms()[tag]
    if tag in patterns():
        return patterns()[tag].fullmatch(value) is not None
    if tag in _CREATORS:
        return value in private_dictionaries
    allowed = words(_worded()[tag])
    parts = [part.strip(".") for part in re.split(r"[\s_\-/,;:()]+", value.casefold())]
    others = [part for part in parts if part and part not in allowed]
    return len(others) <= _MOST_NUMBERS and all(map(_SHORT_NUMBER.fullmatch, others))


@cache
def text_tags() -> frozenset[int]:
    """Return the attributes that keep a text of a known form or of known words."""
    texts = (tag for tag in terms() if dictionary_VR(tag) != "CS")
    return frozenset({*texts, *patterns(), *_worded(), *_CREATORS})


@cache
def _worded() -> dict[int, str]:
    return {int(Tag(keyword)): kind for keyword, kind in _WORDED.items()}


@cache
def patterns() -> dict[int, re.Pattern[str]]:
    """Return the grammar of the texts that keep a value of a certain form, by tag."""
    return {int(Tag(keyword)): re.compile(pattern, re.ASCII) for keyword, pattern in _PATTERNS.items()}
