"""The bundle of a study, from its tables, its networks and its settings."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import discgrade
from discgrade.grades import INTEGRAL, LEVELS, grades_of, integral, is_grade
from discgrade.grading.bundle.facts import VERSION, BundleFacts, LocatorMember, Member, Preprocessing, Training
from discgrade.grading.bundle.plan import Plan
from discgrade.grading.bundle.scores import bundle_scores, noise_ceiling
from discgrade.grading.bundle.summary import UNKNOWN, trained_on
from discgrade.grading.bundle.writing import write_bundle, zip_bundle
from discgrade.grading.judging.networks import shape_of
from discgrade.imaging.locating.trust import read_trusted
from discgrade.imaging.sampling import Transform
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.learned import read_learned
from discgrade.reliability.certainty.novelty import Novelty

T = TypeVar("T")

LOCATOR = "locator.onnx"
"""The file of the locator in a bundle."""
FEW = 50
"""Number of discs of a grade below which the card says that there were few."""


@dataclass(frozen=True)
class Tables:
    """The tables of a study that its bundle tells of.

    Attributes:
        discs: `discs.DISCS`.
        splits: `splits.SPLITS`.
        ratings: `readings.RATINGS`.
        rois: Shards of `regions.ROIS`.
        scores: `scores.SCORES`.
        intervals: `intervals.INTERVALS`.
        calibration: JSON file of a `Calibration`; None: there is none.
        novelty: JSON file of a `Novelty`; None: there is none.
        locator: ONNX file of the locator and JSON file of its facts; None: the study trained none.
    """

    discs: Path
    splits: Path
    ratings: Path
    rois: Sequence[Path]
    scores: Path
    intervals: Path
    calibration: Path | None
    novelty: Path | None
    locator: tuple[Path, Path] | None = None


def make_bundle(
    *,
    tables: Tables,
    networks: Sequence[Path],
    plan: Plan,
    views: Sequence[Transform],
    provenance: str,
    created: str,
    folder: Path,
    archive: Path,
) -> None:
    """Write a study's bundle as a folder and as a zip file.

    Args:
        tables: The study's tables.
        networks: ONNX file of each run, in the plan's order.
        plan: Whose networks these are, and what the settings say.
        views: What each network sees of a disc.
        provenance: Digest over the job records behind it.
        created: Date of the latest of these records.
        folder: Folder to write.
        archive: Zip file to write.

    Raises:
        ValueError: if decoding is by cuts and there are none, or the facts break the schema.
    """
    contents = {file: path.read_bytes() for file, path in zip(plan.files, networks, strict=True)}
    if tables.locator is not None:
        contents[LOCATOR] = tables.locator[0].read_bytes()
    facts = gather_facts(tables, contents, plan, views, (provenance, created))
    write_bundle(facts, contents, folder)
    zip_bundle(folder, archive)


def gather_facts(
    tables: Tables,
    contents: Mapping[str, bytes],
    plan: Plan,
    views: Sequence[Transform],
    origin: tuple[str, str],
) -> BundleFacts:
    """Return what a bundle says.

    Args:
        tables: As in `make_bundle`.
        contents: Bytes of each network by file.
        plan: As in `make_bundle`.
        views: As in `make_bundle`.
        origin: `provenance` and `created` of `make_bundle`.
    """
    training = trained_on(
        discs=tables.discs,
        splits=tables.splits,
        ratings=tables.ratings,
        rois=tables.rois,
        parts=(run.split for run in plan.runs),
        median=plan.statistic == "median",
        headers=plan.settings.headers,
    )
    images, (provenance, created) = plan.images, origin
    return BundleFacts(
        version=VERSION,
        name=plan.name,
        discgrade=discgrade.__version__,
        created=created,
        scale=plan.scale,
        grades=tuple(grades_of(plan.scale).tolist()),
        decoding=plan.decoding,
        levels=tuple(level for level in LEVELS if level in training.levels),
        preprocessing=Preprocessing(images.resolution, images.region, images.border, tuple(views)),
        members=tuple(_member(plan, number, contents) for number in range(len(plan.runs))),
        calibration=_read(tables.calibration, Calibration),
        novelty=_read(tables.novelty, Novelty),
        training=training,
        scores=bundle_scores(tables.scores, tables.intervals, plan),
        noise_ceiling=noise_ceiling(tables.scores, tables.intervals),
        licence=plan.licence,
        citation=plan.settings.citation,
        dataset=plan.dataset,
        ethics=plan.ethics,
        intended_use=plan.settings.intended_use.strip(),
        limits=(*known_limits(plan, training), *plan.settings.limits),
        parent=None,
        provenance=provenance,
        locator=_locator(tables, contents),
    )


def _member(plan: Plan, number: int, contents: Mapping[str, bytes]) -> Member:
    run, file = plan.runs[number], plan.files[number]
    takes_level, width = shape_of(contents[file])
    digest = hashlib.sha256(contents[file]).hexdigest()
    return Member(file, digest, run.path, run.variant, run.split, run.seed, takes_level, width)


def _locator(tables: Tables, contents: Mapping[str, bytes]) -> LocatorMember | None:
    if tables.locator is None:
        return None
    used = read_trusted(tables.locator[1])
    return LocatorMember(LOCATOR, hashlib.sha256(contents[LOCATOR]).hexdigest(), used.facts, used.lapse)


def _read(path: Path | None, kind: type[T]) -> T | None:
    """Read what was learned; None if there is no file, or if it says why nothing was learned."""
    learned = read_learned(kind, path) if path else None
    return None if isinstance(learned, str) else learned


def known_limits(plan: Plan, training: Training) -> list[str]:
    """Say what a study itself tells of the limits of its bundle, one sentence each."""
    return [sentence for sentence in (*_of_readings(plan, training), *_of_scans(plan, training)) if sentence]


def _of_readings(plan: Plan, training: Training) -> list[str]:
    grades = {float(grade): count for grade, count in training.grades.items()}
    whole = bool(is_grade(list(grades), "integral").all())
    counts = {one: sum(count for grade, count in grades.items() if integral(grade) == one) for one in INTEGRAL}
    rare = [f"{count} of grade {grade:g}" for grade, count in counts.items() if count < FEW]
    unseen = [level for level in LEVELS if level not in training.levels]
    return [
        "Its reference grades are one rater's: it repeats that rater's habits." if training.readers == 1 else "",
        "Its readings hold whole grades only." if whole else "",
        f"Of some grades it has seen few discs: {', '.join(rare)}." if rare else "",
        f"It has seen no disc at {', '.join(unseen)}." if unseen else "",
    ]


def _of_scans(plan: Plan, training: Training) -> list[str]:
    makers = {name: count for name, count in training.manufacturers.items() if name != UNKNOWN}
    unknown = training.manufacturers.get(UNKNOWN, 0)
    told = plan.settings.headers
    invented = "Its scans and readings are invented: it must not be used on patients' scans."
    return [
        invented if plan.source == "phantom" else "",
        f"All its scans come from scanners by {next(iter(makers))}." if len(makers) == 1 and not unknown else "",
        f"Of {unknown} of its {training.discs} discs the scanner is unknown." if unknown and told else "",
        "" if told else "Nothing is known of the scanners, of the patients' age and sex, and of lengths in mm.",
    ]
