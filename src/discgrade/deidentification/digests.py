"""What the output of each shard depends on: asked when a study is planned, so that a change reruns what it touches."""

import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.deidentification.apart import apart_shards, ordinary_shards
from discgrade.deidentification.files.exporting import has_exported
from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.sheets import Sheet, external_folders, open_sheet
from discgrade.deidentification.source import Source, by_instance, headers, placing
from discgrade.imaging.header import Header
from discgrade.readings.expected import Reading
from discgrade.readings.raters import numbers_of, read_days
from discgrade.readings.sheets.headings import COLUMNS
from discgrade.readings.sheets.numbers import number, whole
from discgrade.readings.sheets.sheet import Row
from discgrade.settings.model import Deidentify, Ratings
from discgrade.settings.run import EXTERNAL

_Group = tuple[str, ...]


@dataclass(frozen=True)
class Planned:
    """What a plan knows of a source.

    Attributes:
        digests: Digest of what each shard's output depends on.
        notes: What a person should know of the sheet, without a name.
        readings: The readings that can be used.
        apart: The shards that are set apart for patients of the cohort `external`, and hold or held some.
        external: All shards with readings of that cohort: of patients whose folder holds others too, it is an ordinary
            one.
    """

    digests: dict[str, str]
    notes: list[str]
    readings: list[Reading]
    apart: list[str]
    external: list[str]


def plan_shards(
    source: Source,
    shards: Sequence[str],
    *,
    private: Path,
    export: Path,
    deidentify: Deidentify,
    ratings: Ratings,
) -> Planned:
    """Check the sheet, and return a digest of what the output of each shard depends on: files, readings, withdrawals.

    A reading counts in the shard of its image, with its rater's number and the day since that rater's first reading, so
    that a new patient changes one digest only, and the order of the sheet none. What cannot be told to belong to a
    shard counts in all. The digests are keyed with a private secret, since they are written where others may read them.

    Args:
        source: Scans and readings.
        shards: Names of the shards, those that are set apart among them.
        private: Folder of the index.
        export: Folder of the export.
        deidentify: Whether links are followed, and how pseudonyms are made.
        ratings: How the sheet is read.

    Raises:
        RefusedError: if the sheet, the map of raters or the list of withdrawals breaks a rule.
    """
    found = headers(source.dicom, private, deidentify.follow_links)
    pseudonyms = Pseudonyms(keys.derivation(deidentify.pseudonym, private, source.key_seed))
    sheet = open_sheet(source.ratings, found, private, pseudonyms, ratings, export=export, keep=False)
    shard_of = placing(shards, external_folders(sheet, found))
    first, here = by_instance(found), {shard: list[Header]() for shard in shards}
    for one in found:
        here[shard_of(one.path)].append(one)
    parts = {
        shard: [f"file\0{one.path}\0{one.content or one.size}\0{first.get(one.instance, one) is one}" for one in files]
        for shard, files in here.items()
    }
    for shard, text in _elsewhere(found, shard_of):
        parts[shard].append(text)
    for row, text in _readings(sheet):
        image = sheet.images.get(row.get("sop_instance_uid"))
        for shard in [shard_of(image.path)] if image else ordinary_shards(shards):
            parts[shard].append(text)
    for shard, text in _withdrawn(sheet, here):
        parts[shard].append(text)
    salt = keys.secret(private / "digest.key")
    contents = {shard: "\n".join(sorted(lines)).encode("utf-8", "surrogateescape") for shard, lines in parts.items()}
    digests = {shard: hmac.new(salt, content, "sha256").hexdigest() for shard, content in contents.items()}
    apart = [shard for shard in apart_shards(shards) if here[shard] or has_exported(shard, private)]
    read = {shard_of(image.path) for image in _external_images(sheet)}
    return Planned(digests, sheet.notes, list(_usable(sheet)), apart, [shard for shard in shards if shard in read])


def _external_images(sheet: Sheet) -> Iterator[Header]:
    for row in sheet.rows:
        if row.get("cohort") == EXTERNAL and row.get("sop_instance_uid") in sheet.images:
            yield sheet.images[row.get("sop_instance_uid")]


def _readings(sheet: Sheet) -> Iterator[tuple[Row, str]]:
    numbers, reasons = numbers_of(sheet.raters), {row.number: reason for row, reason in sheet.excluded}
    rows = [*sheet.rows, *(row for row, _ in sheet.excluded)]
    for row, day in zip(rows, read_days(rows, sheet.raters), strict=True):
        fields = dict(row.fields) | {"rater": numbers.get(row.get("rater"), ""), "read_at": str(day)}
        text = "\0".join(f"{name}={fields[name]}" for name in sorted(fields) if name in COLUMNS)
        yield row, f"reading\0{text}\0{reasons.get(row.number, '')}"


def _usable(sheet: Sheet) -> Iterator[Reading]:
    numbers = numbers_of(sheet.raters)
    for row in sheet.rows:
        rater, again = numbers.get(row.get("rater"), ""), whole(row.get("reading"), 1) or 1
        across = _across(row, sheet.images.get(row.get("sop_instance_uid")))
        grade, origin = number(row.get("grade")) or 0.0, row.get("origin") or "human"
        yield Reading(row.get("patient_id"), row.get("cohort"), rater, again, grade, across, origin)


def _across(row: Row, image: Header | None) -> float | None:
    left, width = number(row.get("x")), number(row.get("width"))
    if image is None or not image.columns or left is None or width is None:
        return None
    return (left + width / 2) / image.columns


def _withdrawn(sheet: Sheet, here: dict[str, list[Header]]) -> Iterator[tuple[str, str]]:
    """Yield the shards of the patients who withdrew; those without scans concern no shard but by their readings."""
    for shard, files in here.items():
        for key in sorted({one.key for one in files if one.instance} & sheet.withdrawn.keys):
            yield shard, f"withdrawn\0{key}"


def _elsewhere(found: Sequence[Header], shard_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield shard and text for each file of another shard that its output depends on: of one of its images or patients.

    Which of the files of an image is exported, and what identifies a patient, is told by all of them.
    """
    images = [(one, shard_of(one.path)) for one in found if one.instance]
    first, spread = dict[_Group, str](), dict[_Group, list[tuple[Header, str]]]()
    for one, place in images:
        for group in _groups(one):
            if first.setdefault(group, place) != place:
                spread[group] = []
    for one, place in images if spread else ():
        for group in _groups(one):
            if group in spread:
                spread[group].append((one, place))
    for files in spread.values():
        for shard in {place for _, place in files}:
            yield from ((shard, f"elsewhere\0{one.path}\0{one.content}") for one, place in files if place != shard)


def _groups(one: Header) -> tuple[_Group, _Group]:
    return ("image", one.instance), one.key
