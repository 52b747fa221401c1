"""The volumes of a study, assigned to shards by whose they are, and the sheet of their grades."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.apart import apart_shards, ordinary_shards
from discgrade.deidentification.digests import Planned
from discgrade.deidentification.files.exporting import has_exported
from discgrade.deidentification.identity import keys, linkage
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.grades import LEVELS
from discgrade.imaging.header import LEFT_OUT, Stamp, normalised
from discgrade.imaging.masks.folders import without
from discgrade.imaging.volumes.names import is_image, read_name
from discgrade.imaging.walking import walk
from discgrade.private import RefusedError
from discgrade.readings.expected import Reading
from discgrade.readings.raters import numbers_of
from discgrade.readings.sheets.faults import Fault
from discgrade.readings.sheets.headings import OF_VOLUMES
from discgrade.readings.sheets.numbers import grade, whole
from discgrade.readings.sheets.sheet import Row, read_sheet
from discgrade.settings.groups.cohort import Cohort
from discgrade.settings.model import Deidentify, Ratings
from discgrade.settings.run import EXTERNAL


@dataclass(frozen=True)
class Volumes:
    """What is taken.

    Attributes:
        folder: Folder of volumes.
        masks: Folder of masks.
        ratings: Sheet of grades.
        labels: Table of labels; None: the one that fits.
        overview: Sheet of series; None: there is none.
    """

    folder: Path
    masks: Path
    ratings: Path
    labels: str | None = None
    overview: Path | None = None


def volumes_of(cohort: Cohort) -> Volumes:
    """Return the volumes of a study.

    Raises:
        ValueError: if its settings do not name them.
    """
    if cohort.volumes is None or cohort.masks is None or cohort.ratings is None:
        raise ValueError("cohort.volumes, cohort.masks and cohort.ratings should name volumes, masks and the sheet")
    overview = None if cohort.overview is None else Path(cohort.overview)
    return Volumes(Path(cohort.volumes), Path(cohort.masks), Path(cohort.ratings), cohort.labels, overview)


def images_of(source: Volumes, follow_links: bool) -> list[Stamp]:
    """Return the volumes below the folder, by path.

    Raises:
        RefusedError: if there are none.
    """
    found = walk(source.folder, follow_links) if source.folder.is_dir() else ()
    images = [one for one in sorted(found) if one.size != LEFT_OUT and is_image(one.path)]
    images = without(images, source.folder, source.masks)
    if not images:
        raise RefusedError("The folder of volumes is missing or holds none (.nii, .nii.gz, .mha or .nrrd)")
    return images


def placing_patients(shards: Sequence[str], rows: Sequence[Row]) -> Callable[[str], str]:
    """Return what tells the shard of a patient, which a hash of the name decides.

    Args:
        shards: Names of the shards; patients of the cohort `external` go to those that are set apart.
        rows: Rows of the sheet.
    """
    ordinary, apart = ordinary_shards(shards), apart_shards(shards)
    cohorts: dict[str, set[str]] = {}
    for row in rows if apart else ():
        cohorts.setdefault(normalised(row.get("patient_id")), set()).add(row.get("cohort"))

    def shard_of(patient: str) -> str:
        name = normalised(patient)
        among = apart if apart and cohorts.get(name) == {EXTERNAL} else ordinary
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
        return among[int.from_bytes(digest[:8], "big") % len(among)]

    return shard_of


def read_grades(source: Volumes, private: Path, ratings: Ratings) -> tuple[list[Row], list[Fault]]:
    """Return the rows of the sheet, and the faults found on the way."""
    return read_sheet(source.ratings, private, ratings, OF_VOLUMES)


def plan_volumes(
    source: Volumes, shards: Sequence[str], *, private: Path, export: Path, deidentify: Deidentify, ratings: Ratings
) -> Planned:
    """Return a digest of what the output of each shard depends on, and the readings that may be used.

    A volume or mask counts by its place, size and time stamp, so that planning opens none.

    Raises:
        RefusedError: if a folder is empty or the sheet breaks a rule.
    """
    privacy.make(private)
    rows, _ = read_grades(source, private, ratings)
    shard_of = placing_patients(shards, rows)
    parts: dict[str, list[str]] = {shard: [] for shard in shards}
    held = {shard_of(row.get("patient_id")) for row in rows}
    for kind, stamps in (("volume", images_of(source, deidentify.follow_links)), ("mask", _masks(source, deidentify))):
        for one in stamps:
            shard = shard_of(read_name(one.path).patient)
            held |= {shard} if kind == "volume" else set()
            # A mask whose name does not begin as its volume's may be of any shard.
            for place in [shard] if kind == "volume" or is_image(one.path) else shards:
                parts[place].append(f"{kind}\0{one.path}\0{one.size}\0{one.modified}")
    for row in rows:
        text = "\0".join(f"{name}={value}" for name, value in sorted(row.fields.items()))
        parts[shard_of(row.get("patient_id"))].append(f"reading\0{text}")
    for name, told in _overview(source):
        parts[shard_of(read_name(name).patient)].append(f"overview\0{name}\0{told}")
    gone = (private / "withdrawn.csv").read_bytes().hex() if (private / "withdrawn.csv").exists() else ""
    common = f"labels\0{source.labels}\0{gone}"
    salt = keys.secret(private / "digest.key")
    digests = {
        shard: hmac.new(
            salt, "\n".join([common, *sorted(lines)]).encode("utf-8", "surrogateescape"), "sha256"
        ).hexdigest()
        for shard, lines in parts.items()
    }
    pseudonyms = Pseudonyms(keys.derivation(deidentify.pseudonym, private))
    raters = numbers_of(linkage.raters_of(rows, private, export, pseudonyms.rater, keep=False))
    readings = [given for row in rows if (given := _reading(row, raters)) is not None]
    apart = [shard for shard in apart_shards(shards) if shard in held or has_exported(shard, private)]
    read = {shard_of(row.get("patient_id")) for row in rows if row.get("cohort") == EXTERNAL}
    return Planned(digests, [], readings, apart, [shard for shard in shards if shard in read])


def _overview(source: Volumes) -> Iterator[tuple[str, str]]:
    """Yield what the sheet of series tells, by the name of a volume."""
    if source.overview is not None:
        from discgrade.deidentification.volumes.overview import read_overview  # noqa: PLC0415 (pydicom: only if needed)

        yield from ((f"{name}.mha", repr(scan)) for name, scan in read_overview(source.overview).items())


def _masks(source: Volumes, deidentify: Deidentify) -> list[Stamp]:
    found = walk(source.masks, deidentify.follow_links) if source.masks.is_dir() else ()
    masks = [one for one in sorted(found) if one.size != LEFT_OUT]
    if not masks:
        raise RefusedError("The folder of masks is missing or empty")
    return masks


def _reading(row: Row, raters: dict[str, str]) -> Reading | None:
    value = grade(row.get("grade"))
    if value is None or row.get("level") not in LEVELS:
        return None
    again = whole(row.get("reading"), 1) or 1
    origin = row.get("origin") or "human"
    who = row.get("patient_id"), row.get("cohort"), raters.get(row.get("rater"), "")
    return Reading(*who, again, value, origin=origin)
