"""Reading back what was written: every element on the allow-list, none of the patient's own values in it."""

import io
import re
from collections.abc import Collection

import pydicom
from pydicom.dataset import Dataset, FileDataset

from discgrade.deidentification import profile
from discgrade.deidentification.profile import Action

_SHORTEST = 4
_SHORTEST_NUMBER = 6


def reread(content: bytes) -> FileDataset:
    """Parse a written file up to its pixels."""
    return pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)


def unexpected(dataset: Dataset, added: frozenset[int]) -> bool:
    """Return whether a data set holds an element that no rule keeps."""
    for element in dataset.values():
        tag = int(element.tag)
        rule = profile.rule(tag, True, True)
        allowed = tag in added or rule.action not in (Action.DROP, Action.REMOVE)
        if not allowed and not (tag in profile.TYPE_2 and not element.value):
            return True
        if (
            element.VR == "SQ"
            and tag not in added
            and any(unexpected(item, added) for item in dataset[element.tag].value)
        ):
            return True
    return False


def found(header: bytes, own: Collection[str]) -> bool:
    """Return whether a header holds one of the patient's own values.

    Pseudonymous UIDs are no text and are left out. Numbers are compared as whole numbers, and those with fewer than six
    digits not at all: a header is full of such numbers.
    """
    text = re.sub(rb"2\.25\.\d+", b"", header).decode("latin-1").casefold()
    for value in own:
        if value.isdigit():
            if len(value) >= _SHORTEST_NUMBER and re.search(rf"(?<![\d.]){value}(?![\d.])", text):
                return True
        elif len(value) >= _SHORTEST and value in text:
            return True
    return False
