"""Count what was received, excluded and kept, from the files of the source to the patients of the cohort."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from discgrade.cohort.shards import Hashes, Shard, hashed, joined
from discgrade.grades import is_grade
from discgrade.records.cohort.flow import CohortSize, Flow, Stage
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Scale
from discgrade.settings.run import EXTERNAL

AGAIN = "the same reading again"
FLAGGED = "flagged region"

_Reasons = list[tuple[str, Hashes]]


@dataclass
class Counts:
    """What is counted, shard by shard; patients and discs as hashes, since they may be in several.

    Attributes:
        files: Number of exported images.
        rejected: Number of files that were not exported, by reason.
        readings: Number of readings.
        again: Number of them that say what another one says.
        raters: Number of readings by rater and number of the reading.
        whole: Whether all grades are integral.
        excluded: Number of readings that were left out, by reason.
        seen: Patients of exported images.
        read: Patients with readings.
        discs: Discs with readings.
        lost_discs: Discs of readings that were left out, by reason.
        lost_patients: Patients of readings that were left out, by reason.
    """

    files: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    readings: int = 0
    again: int = 0
    raters: Counter[tuple[str, int]] = field(default_factory=Counter)
    whole: bool = True
    excluded: Counter[str] = field(default_factory=Counter)
    seen: list[Hashes] = field(default_factory=list)
    read: list[Hashes] = field(default_factory=list)
    discs: list[Hashes] = field(default_factory=list)
    lost_discs: _Reasons = field(default_factory=list)
    lost_patients: _Reasons = field(default_factory=list)

    @property
    def scales(self) -> tuple[Scale, ...]:
        """Scales that the readings can be evaluated on, the finest first."""
        return ("integral",) if self.whole else ("fractional", "integral")


def count(shards: Sequence[Shard]) -> Counts:
    """Count the readings, files and patients of shards, one at a time."""
    counts = Counts()
    for shard in shards:
        readings = shard.readings(["disc", "patient", "rater", "reading", "grade"])
        counts.readings += len(readings)
        counts.again += int(readings.duplicated(["disc", "rater", "reading"]).sum())
        counts.raters.update(zip(readings["rater"], readings["reading"].tolist(), strict=True))
        counts.whole &= bool(is_grade(readings["grade"], "integral").all())
        counts.discs.append(np.unique(hashed(readings["disc"])))
        counts.read.append(np.unique(hashed(readings["patient"])))
        images = shard.images(["patient"])
        counts.files += len(images)
        counts.seen.append(np.unique(hashed(images["patient"])))
        counts.rejected.update(shard.reasons())
        left_out = shard.left_out()
        counts.excluded.update(left_out["reason"])
        for reason, rows in left_out.groupby("reason"):
            counts.lost_discs.append((str(reason), hashed(rows["disc"])))
            counts.lost_patients.append((str(reason), hashed(rows["patient"])))
    return counts


@dataclass
class Members:
    """Discs with a reference grade, cohort by cohort.

    Attributes:
        discs: Number of discs of each cohort.
        patients: Their patients.
        external: Pseudonyms of the patients of the cohort `external`.
    """

    discs: Counter[str] = field(default_factory=Counter)
    patients: dict[str, list[Hashes]] = field(default_factory=dict)
    external: set[str] = field(default_factory=set)

    def add(self, discs: pd.DataFrame) -> None:
        """Add the discs of a shard: columns patient and cohort."""
        for cohort, rows in discs.groupby("cohort"):
            self.discs[str(cohort)] += len(rows)
            self.patients.setdefault(str(cohort), []).append(np.unique(hashed(rows["patient"])))
        self.external.update(discs.loc[discs["cohort"] == EXTERNAL, "patient"])

    @property
    def everybody(self) -> Hashes:
        """Patients of all cohorts."""
        return joined([hashes for parts in self.patients.values() for hashes in parts])


def make_flow(counts: Counts, kept: Members, flagged: Members, reference: Reference) -> Flow:
    """Return the flow of exclusions.

    Args:
        counts: What was received.
        kept: Discs that are kept.
        flagged: Discs that were left out since their regions look wrong.
        reference: Which reading is the reference.
    """
    sizes = {name: CohortSize(len(joined(kept.patients[name])), kept.discs[name]) for name in sorted(kept.discs)}
    return Flow(
        stages=_stages(counts, kept, flagged, _read_words(reference)),
        reference=reference_words(reference),
        scales=counts.scales,
        raters=_raters(counts.raters),
        cohorts=sizes,
        never_trained=tuple(sorted(kept.external)),
    )


def _raters(counts: Mapping[tuple[str, int], int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (rater, reading), number in sorted(counts.items()):
        found.setdefault(rater, {})[str(reading)] = number
    return found


def _stages(counts: Counts, kept: Members, flagged: Members, words: str) -> tuple[Stage, ...]:
    readings = Counter(counts.excluded) + Counter({AGAIN: counts.again})
    read, patients = joined(counts.discs), joined([*counts.seen, *counts.read])
    lost_discs, lost_patients = _first(counts.lost_discs, read), _first(counts.lost_patients, joined(counts.read))
    unread = np.setdiff1d(np.setdiff1d(patients, joined(counts.read)), lost_patients.hashes)
    no_disc = np.setdiff1d(joined(counts.read), kept.everybody)
    only_flagged = np.intersect1d(no_disc, flagged.everybody)
    number, out = kept.discs.total(), flagged.discs.total()
    return (
        _stage("files", counts.files + counts.rejected.total(), dict(sorted(counts.rejected.items()))),
        _stage("readings", counts.readings + counts.excluded.total(), dict(sorted(readings.items()))),
        _stage(
            "discs",
            len(read) + len(lost_discs.hashes),
            lost_discs.reasons | {f"no {words}": len(read) - number - out, FLAGGED: out},
        ),
        _stage(
            "patients",
            len(np.union1d(patients, lost_patients.hashes)),
            lost_patients.reasons
            | {
                "no readings": len(unread),
                f"no disc with {words}": len(no_disc) - len(only_flagged),
                f"no disc without a {FLAGGED}": len(only_flagged),
            },
        ),
    )


@dataclass(frozen=True)
class _Lost:
    """What is lost with the readings that were left out: which, and how many by the first of their reasons."""

    hashes: Hashes
    reasons: dict[str, int]


def _first(lost: _Reasons, kept: Hashes) -> _Lost:
    found, reasons = np.zeros(0, np.uint64), Counter[str]()
    for reason, hashes in sorted(lost, key=lambda one: one[0]):
        new = np.setdiff1d(np.setdiff1d(hashes, kept), found)
        reasons[reason] += len(new)
        found = np.union1d(found, new)
    return _Lost(found, dict(reasons))


def _stage(unit: str, received: int, excluded: Mapping[str, int]) -> Stage:
    reasons = {reason: number for reason, number in excluded.items() if number}
    return Stage(unit, received, reasons, received - sum(reasons.values()))


def reference_words(reference: Reference) -> str:
    """Name the reference grade, for example "reading 1 by R1"."""
    if reference.statistic == "median":
        return "the median of all raters' first readings"
    return _read_words(reference)


def _read_words(reference: Reference) -> str:
    """Name the reading that a disc needs, to have a reference grade."""
    if reference.statistic == "median":
        return "first reading by any rater"
    return f"reading {reference.reading} by {reference.rater}"
