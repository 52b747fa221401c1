"""Coded concepts: an item keeps its code only where a public dictionary has it, and then that dictionary's meaning."""

from functools import cache
from typing import Any

from discgrade.deidentification.elements.encoding import Element

VALUE, SCHEME, MEANING = 0x00080100, 0x00080102, 0x00080104
_SCHEMES = {"SNM3": "SRT", "99SDM": "SRT", "SNOMED-RT": "SRT"}


def item(code: str, scheme: str) -> list[Element]:
    """Return code, scheme and meaning of a public concept; nothing of a code that no public dictionary has."""
    known = meaning(code, scheme) if code else None
    if known is None:
        return []
    return [(VALUE, "SH", code.encode()), (SCHEME, "SH", scheme.encode()), (MEANING, "LO", known.encode())]


@cache
def meaning(code: str, scheme: str) -> str | None:
    """Return the meaning of a code in the dictionaries that come with pydicom (DCM, SNOMED CT, UCUM, LOINC ...).

    Args:
        code: Code Value (0008,0100).
        scheme: Coding Scheme Designator (0008,0102); SRT, the older form of SNOMED, is looked up through SNOMED CT.

    Returns:
        The meaning in ASCII, at most 64 characters; None where the code is not public: a local one may say anything.
    """
    from pydicom.sr._snomed_dict import mapping  # noqa: PLC0415 (large; few files need it)

    if _SCHEMES.get(scheme, scheme) == "SRT":
        code, scheme = mapping["SRT"].get(code, ""), "SCT"
    found = _dictionary(scheme).get(code)
    return None if found is None else found.encode("ascii", "replace")[:64].decode().strip()


@cache
def _dictionary(scheme: str) -> dict[str, str]:
    from pydicom.sr._concepts_dict import concepts  # noqa: PLC0415

    named: Any = concepts.get(scheme, {})
    return {code: text for entry in named.values() for code, (text, _) in entry.items()}
