"""What an exported file says of its own de-identification."""

from collections.abc import Collection
from itertools import compress

from pydicom.tag import Tag

from discgrade.deidentification.elements import codes, encoding
from discgrade.deidentification.elements.cleaner import Cleaner

_METHOD = b"discgrade: PS3.15 Basic Profile, default-deny"


def declare(kept: Collection[encoding.Element], cleaner: Cleaner) -> list[encoding.Element]:
    """Set the pseudonym for name and ID, and say what was done (PS3.15 E.1.1, PS3.3 C.7.1.1, C.12.1)."""
    characteristics = cleaner.options.sex_and_age or cleaner.options.weight_and_size
    done = {"113100": True, "113107": cleaner.shifted, "113108": characteristics, "113105": cleaner.described}
    declared = {
        "PatientName": ("PN", cleaner.pseudonym.encode()),
        "PatientID": ("LO", cleaner.pseudonym.encode()),
        "PatientIdentityRemoved": ("CS", b"YES"),
        "DeidentificationMethod": ("LO", _METHOD),
        "DeidentificationMethodCodeSequence": ("SQ", encoding.items(map(_code, compress(done, done.values())))),
        "LongitudinalTemporalInformationModified": ("CS", b"MODIFIED" if cleaner.shifted else b"REMOVED"),
    }
    added = {int(Tag(keyword)): value for keyword, value in declared.items()}
    return [one for one in kept if one[0] not in added] + [(tag, *value) for tag, value in added.items()]


def _code(code: str) -> bytes:
    return encoding.dataset(codes.item(code, "DCM"))
