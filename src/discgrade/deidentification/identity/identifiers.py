"""A patient's identifiers: what must not be found in anything that is written for that patient."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from pydicom.tag import Tag

from discgrade.deidentification.elements import raw
from discgrade.deidentification.elements.values import parsed_date

# Whole values of these identify; of names (PN), of whoever they are, every part does.
_IDENTIFIERS = frozenset(
    int(Tag(keyword))
    for keyword in (
        "AccessionNumber", "InstitutionName", "InstitutionAddress", "StationName", "InstitutionalDepartmentName",
        "PatientID", "IssuerOfPatientID", "OtherPatientIDs", "PatientAddress", "PatientTelephoneNumbers",
        "PatientTelecomInformation", "MilitaryRank", "MedicalRecordLocator", "InsurancePlanIdentification",
        "Occupation", "DeviceSerialNumber", "StudyID", "AdmissionID", "ServiceEpisodeID", "PatientInstitutionResidence",
        "ScheduledProcedureStepID", "RequestedProcedureID", "PerformedProcedureStepID",
        "PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest",
        "ReferringPhysicianTelephoneNumbers", "PersonTelephoneNumbers",
        "ReferringPhysicianAddress", "PersonAddress", "ResponsibleOrganization", "PatientReligiousPreference",
    )
)  # fmt: skip
_BIRTH_DATES = frozenset({int(Tag("PatientBirthDate")), int(Tag("PatientBirthDateInAlternativeCalendar"))})
_BIRTH_FORMS = (
    "%Y%m%d", "%d%m%Y", "%m%d%Y", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d-%m-%Y", "%Y/%m/%d",
    "%Y.%m.%d", "%y%m%d", "%d%m%y", "%m%d%y",
)  # fmt: skip
_SHORTEST = 4
_SHORTEST_NUMBER = 6


@dataclass(frozen=True)
class PatientIdentifiers:
    """Values that identify a patient, in lower case."""

    values: frozenset[str]

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Values that are searched anywhere in a text."""
        return tuple(sorted(one for one in self.values if len(one) >= _SHORTEST and not one.isdigit()))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """Values of digits only that are searched as whole numbers; headers are full of shorter ones."""
        return frozenset(one for one in self.values if len(one) >= _SHORTEST_NUMBER and one.isdigit())

    @cached_property
    def significant(self) -> frozenset[str]:
        """The same numbers without leading zeros, where these do not make them short."""
        stripped = (one.lstrip("0") for one in self.numbers)
        return frozenset(one for one in stripped if len(one) >= _SHORTEST_NUMBER)

    @cached_property
    def short(self) -> frozenset[str]:
        """Numbers of four or five digits, without leading zeros: only a whole value that equals one gives them away."""
        stripped = (one.lstrip("0") for one in self.values if one.isdecimal() and one.isascii())
        return frozenset(one for one in stripped if _SHORTEST <= len(one) < _SHORTEST_NUMBER)

    def within(self, text: str) -> bool:
        """Return whether a text holds one of the values."""
        folded = text.casefold()
        if any(word in folded for word in self.words):
            return True
        return bool(self.numbers) and not self.numbers.isdisjoint(re.findall(r"(?<![\d.])\d+(?![\d.])", folded))

    def counts(self, text: str, short: bool = True) -> bool:
        """Return whether one of some numbers, written in digits and separators, is one of the values.

        Args:
            text: One value, or several with backslashes between them.
            short: Whether a value of four or five digits is looked for, too. It has to be written as a number there:
                47.11 is not 4711.
        """
        if short and self.short and not self.short.isdisjoint(_wholes(text)):
            return True
        if not self.numbers:
            return False
        parts = (re.sub(r"\.0*(?!\d)|\D", "", part).lstrip("0") for part in text.split("\\"))
        return not self.significant.isdisjoint(parts)

    def among(self, numbers: Collection[str], short: bool = True) -> bool:
        """Return whether one of some whole numbers, without leading zeros, is one of the values (`counts`)."""
        return not (self.short | self.significant if short else self.significant).isdisjoint(numbers)

    def spelled(self, text: str) -> bool:
        """Return whether the digits of a text that follow each other are one of the values, of four digits or more."""
        return self.among({run.lstrip("0") for run in re.findall(r"\d+", text)})

    def equals(self, text: str) -> bool:
        """Return whether a whole value is one of the values, however short."""
        return text.strip().casefold() in self.values


def _wholes(text: str) -> set[str]:
    """Return the whole numbers among the values of a text, without sign, leading zeros and a fraction of nothing."""
    found = (re.fullmatch(r"[+-]?0*(\d+)(?:\.0*)?", part.strip(), re.ASCII) for part in text.split("\\"))
    return {match[1] for match in found if match}


def identifiers_in(elements: raw.Item, inherited: list[str] | None = None) -> set[str]:
    """Return names, identifiers, addresses, phone numbers and birth date of the people in a data set, in lower case.

    Args:
        elements: The data set, sequences included.
        inherited: Codecs of the data set around it.
    """
    found: set[str] = set()
    encodings = raw.codecs(elements, inherited or ["latin-1"])
    for element in elements.values():
        if element.items:
            found.update(*(identifiers_in(item, encodings) for item in element.items))
        elif element.tag in _IDENTIFIERS | _BIRTH_DATES or element.kind == "PN":
            found.update(_forms(element, raw.decoded(element.content, encodings).casefold()))
    return found - {""}


def _forms(element: raw.Raw, text: str) -> Collection[str]:
    """Return the ways in which the value of an element may be written elsewhere."""
    if element.tag in _BIRTH_DATES:
        return _birth_forms(text)
    if element.tag in _IDENTIFIERS:
        return {*(part.strip() for part in text.split("\\")), *_digits(text)}
    return _name_parts(text)


def _name_parts(text: str) -> Collection[str]:
    return re.split(r"[\s^=\\,.;\-]+", text)


def _digits(text: str) -> Collection[str]:
    """Return the digits of a phone number, however it is written, and long numbers within an identifier."""
    digits = re.sub(r"[\s()/+\-]", "", text)
    return {*re.findall(rf"\d{{{_SHORTEST_NUMBER},}}", text), *([digits] if digits.isdigit() else [])}


def _birth_forms(text: str) -> Collection[str]:
    day = parsed_date(text)
    return {text} if day is None else {day.strftime(form) for form in _BIRTH_FORMS}
