"""The volumes of a study, assigned to shards by whose they are, and the sheet of their grades."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.digests import Planned
from discgrade.deidentification.identity import keys, linkage
from discgrade.deidentification.identity.keys import Derive, RandomMap
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.grades import LEVELS
from discgrade.imaging.header import LEFT_OUT, Stamp, normalised
from discgrade.imaging.masks.folders import without
from discgrade.imaging.volumes.names import is_image, read_name
from discgrade.imaging.walking import walk
from discgrade.private import RefusedError
from discgrade.readings.expected import Reading
from discgrade.readings.faults import Fault
from discgrade.readings.headings import OF_VOLUMES
from discgrade.readings.numbers import grade, whole
from discgrade.readings.raters import numbers_of
from discgrade.readings.sheet import Row, read_sheet
from discgrade.settings.model import Cohort, Deidentify, Ratings


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


def shard_of_patient(patient: str, shards: Sequence[str]) -> str:
    """Return the shard of a patient, which a hash of the name decides."""
    digest = hashlib.sha256(normalised(patient).encode("utf-8", "surrogateescape")).digest()
    return shards[int.from_bytes(digest[:8], "big") % len(shards)]


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
    parts: dict[str, list[str]] = {shard: [] for shard in shards}
    for kind, stamps in (("volume", images_of(source, deidentify.follow_links)), ("mask", _masks(source, deidentify))):
        for one in stamps:
            shard = shard_of_patient(read_name(one.path).patient, shards)
            # A mask whose name does not begin as its volume's may be of any shard.
            for place in [shard] if kind == "volume" or is_image(one.path) else shards:
                parts[place].append(f"{kind}\0{one.path}\0{one.size}\0{one.modified}")
    rows, _ = read_grades(source, private, ratings)
    for row in rows:
        text = "\0".join(f"{name}={value}" for name, value in sorted(row.fields.items()))
        parts[shard_of_patient(row.get("patient_id"), shards)].append(f"reading\0{text}")
    overview = "" if source.overview is None else hashlib.sha256(source.overview.read_bytes()).hexdigest()
    gone = (private / "withdrawn.csv").read_bytes().hex() if (private / "withdrawn.csv").exists() else ""
    common = f"labels\0{source.labels}\0{overview}\0{gone}"
    salt = keys.secret(private / "digest.key")
    digests = {
        shard: hmac.new(
            salt, "\n".join([common, *sorted(lines)]).encode("utf-8", "surrogateescape"), "sha256"
        ).hexdigest()
        for shard, lines in parts.items()
    }
    pseudonyms = Pseudonyms(derivation(deidentify, private))
    raters = numbers_of(linkage.raters_of(rows, private, export, pseudonyms.rater, keep=False))
    readings = [given for row in rows if (given := _reading(row, raters)) is not None]
    return Planned(digests, [], readings)


def _masks(source: Volumes, deidentify: Deidentify) -> list[Stamp]:
    found = walk(source.masks, deidentify.follow_links) if source.masks.is_dir() else ()
    masks = [one for one in sorted(found) if one.size != LEFT_OUT]
    if not masks:
        raise RefusedError("The folder of masks is missing or empty")
    return masks


def derivation(deidentify: Deidentify, private: Path) -> Derive:
    """Return where pseudonyms come from."""
    return RandomMap(private) if deidentify.pseudonym == "random" else keys.from_file(private)


def _reading(row: Row, raters: dict[str, str]) -> Reading | None:
    value = grade(row.get("grade"))
    if value is None or row.get("level") not in LEVELS:
        return None
    again = whole(row.get("reading"), 1) or 1
    return Reading(row.get("patient_id"), row.get("cohort"), raters.get(row.get("rater"), ""), again, value)
