"""Cleaning a data set element by element: what is not known to be harmless is not written."""

from dataclasses import dataclass, field

from pydicom._uid_dict import UID_dictionary

from discgrade.deidentification.elements import characteristics, codes, encoding, profile, raw, values, vocabulary
from discgrade.deidentification.elements.characteristics import age_between
from discgrade.deidentification.elements.profile import Action, Rule
from discgrade.deidentification.identity.identifiers import PatientIdentifiers
from discgrade.deidentification.identity.pseudonyms import Pseudonyms

_LONGEST = 0xFFFE
_PER_FRAME = 0x52009230
_SHORTEST_IDENTIFIER = 4  # bytes
_AGE, _BIRTH = 0x00101010, 0x00100030
_EXAMINED = (0x00080020, 0x00080021, 0x00080022, 0x00080023)  # dates of study, series, acquisition, content


@dataclass
class Cleaner:
    """What cleaning a file needs to know, and what it notes.

    Attributes:
        pseudonyms: Replaces identifiers.
        patient: What tells the patient apart (`imaging.header.patient_key`).
        identifiers: The patient's: a text that holds one is removed even if all its words are allowed.
        options: What is kept of the patient's characteristics.
        words: Allowed words of descriptions.
        enhanced: Whether the image is a multi-frame one, whose Type 1 attributes get a dummy instead of no value.
        signed: Whether pixels are signed: decides between US and SS where the file does not say.
        device: Identity of the scanner.
        encodings: Codecs of the file's text.
        uids: Old UIDs of this file by their new ones.
        shifted: Whether a date was shifted.
        described: Whether a description kept words.
    """

    pseudonyms: Pseudonyms
    patient: tuple[str, ...]
    identifiers: PatientIdentifiers
    options: profile.Options
    words: frozenset[str]
    enhanced: bool
    signed: bool
    device: tuple[str, ...]
    encodings: list[str]
    uids: dict[str, str] = field(default_factory=dict, init=False)
    shifted: bool = field(default=False, init=False)
    described: bool = field(default=False, init=False)

    def clean(self, elements: raw.Item) -> list[encoding.Element]:
        """Return the elements that may leave, as tag, value representation and little-endian bytes.

        A missing age is that between the dates of birth and of the examination.
        """
        kept = self._cleaned(elements)
        if not self.options.sex_and_age or any(tag == _AGE and value for tag, _, value in kept):
            return kept
        days = (age_between(raw.text(elements, _BIRTH), raw.text(elements, tag)) for tag in _EXAMINED)
        age = next(filter(None, days), None)
        return [one for one in kept if one[0] != _AGE] + [(_AGE, "AS", age.encode())] if age else kept

    def _cleaned(self, elements: raw.Item) -> list[encoding.Element]:
        kept = codes.item(raw.text(elements, codes.VALUE), raw.text(elements, codes.SCHEME))
        for tag, element in elements.items():
            rule = profile.rule(tag, self.options)
            if rule.action is Action.DROP:
                continue
            kind = _representation(element, rule, self.signed)
            value = self._value(element, rule, kind) if kind else None
            value = self._replaced(tag) if value is None else value
            if value is not None:
                kept.append((tag, kind or rule.representations[0], value))
        return kept

    @property
    def pseudonym(self) -> str:
        """Pseudonym of the patient."""
        return self.pseudonyms.patient(self.patient)

    def _replaced(self, tag: int) -> bytes | None:
        """Return what stands for a removed value: a dummy (Type 1), an empty value (Type 2) or None."""
        if self.enhanced and tag == profile.DEVICE_SERIAL_NUMBER:
            return self.pseudonyms.device(*self.device).encode()
        if self.enhanced and tag in profile.DUMMIES:
            return profile.DUMMIES[tag]
        return b"" if tag in profile.TYPE_2 else None

    def _value(self, element: raw.Raw, rule: Rule, kind: str) -> bytes | None:
        """Return the bytes that an element keeps; None where nothing of it may be kept."""
        if rule.action is Action.RECURSE:
            return self._sequence(element) if kind == "SQ" else None
        content = raw.little_endian(element, kind)
        if rule.action is Action.REMOVE or len(content) > _LONGEST:
            return None
        if kind in values.SIZES:
            return self._numbers(element.tag, content, kind, rule)
        text = raw.decoded(content, self.encodings) if rule.action is Action.DESCRIBE else content.decode("latin-1")
        text = text.strip(" \0")
        short = element.tag not in profile.MEASURED | profile.PIXELS
        if rule.action is not Action.UID and self.identifiers.counts(text, short):
            return None
        kept = self._text(element.tag, rule, kind, text) if text else ""
        if element.tag == profile.NUMBER_OF_FRAMES and not (kept or "").strip("0"):
            return None  # no frames cannot be: the image has one
        return None if kept is None else kept.encode("ascii")

    def _numbers(self, tag: int, content: bytes, kind: str, rule: Rule) -> bytes | None:
        """Return binary numbers; None where they are none, or identify the patient in digits or letters."""
        kept = values.numbers(content, kind, rule.multiplicity) if rule.action is Action.NUMBER else None
        if kept is None:
            return None
        short = tag not in profile.MEASURED | profile.PIXELS
        spelled = len(kept) >= _SHORTEST_IDENTIFIER and self.identifiers.within(kept.decode("latin-1"))
        return None if spelled or self.identifiers.among(values.integers(kept, kind), short) else kept

    def _text(self, tag: int, rule: Rule, kind: str, text: str) -> str | None:  # noqa: PLR0911 (one for each action)
        """Return what is kept of a value that is written in characters; None where nothing of it may be."""
        match rule.action:
            case Action.NUMBER:
                return values.written_numbers(text, kind, rule.multiplicity)
            case Action.TERM:
                return vocabulary.coded(tag, text)
            case Action.UID:
                return "\\".join(self._uid(part.strip(" \0")) for part in text.split("\\"))
            case Action.SHIFT:
                kept = values.shifted(text, self.pseudonyms.days(self.patient))
                if kept is None or self.identifiers.counts(kept):
                    return None
                self.shifted |= kept != text
                return kept
            case Action.SEX:
                return characteristics.sex(text)
            case Action.AGE:
                return characteristics.written_age(text)
            case Action.DESCRIBE:
                return self._description(text)
        kept = vocabulary.text(tag, text)
        identified = kept is not None and (
            self.identifiers.within(kept) or self.identifiers.equals(kept) or self.identifiers.spelled(kept)
        )
        return None if identified else kept

    def _description(self, text: str) -> str | None:
        kept = vocabulary.described(text, self.words.difference(self.identifiers.words))
        self.described |= bool(kept)
        return kept if kept and not self.identifiers.within(kept) and not self.identifiers.equals(kept) else None

    def _uid(self, uid: str) -> str:
        """Return a UID of the registry as it is (PS3.6 A), any other one replaced."""
        if not uid or uid in UID_dictionary:
            return uid
        new = self.pseudonyms.uid(uid)
        self.uids[new] = uid
        return new

    def _sequence(self, element: raw.Raw) -> bytes | None:
        found = [self._cleaned(item) for item in element.items]
        found = [one for one in found if one or element.tag == _PER_FRAME]
        return encoding.items(map(encoding.dataset, found)) if found else None


def _representation(element: raw.Raw, rule: Rule, signed: bool) -> str | None:
    """Return the element's value representation; None where it is not the dictionary's.

    UN stands for the dictionary's (PS3.5 6.2.2), save for a sequence, which nothing that writes UN needs to hide.
    """
    given, known = element.given, rule.representations
    if not given or (given == "UN" and known[0] != "SQ"):
        return "SS" if signed and known[:2] == ("US", "SS") else known[0]
    return given if given in known else None
