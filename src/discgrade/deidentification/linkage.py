"""The linkage map: who is who, which file was rejected, and what a person should look at; all of it private."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from discgrade import private as privacy

log = logging.getLogger(__name__)

PATIENTS = "patients.csv"
RATERS = "raters.csv"
WARNINGS = "warnings.csv"


def note_patients(private: Path, shard: str, shards: Sequence[str], patients: Iterable[tuple[str, str]]) -> None:
    """Write a shard's part of the patients' linkage map, and the whole map anew; the caller holds the lock.

    The map has columns id_old and id_new. One patient may have several old IDs: spaces, case and leading zeros do not
    count, and a warning names those that were taken for one. The ID of a patient with an issuer is ID^^^issuer.

    Args:
        private: Private folder.
        shard: Name of this shard.
        shards: Names of all shards; the part of any other is removed.
        patients: Old and new ID of each of the shard's patients.
    """
    folder = private / "patients"
    privacy.write_rows(folder / f"{shard}.csv", ("id_old", "id_new"), sorted(set(patients)))
    for path in folder.glob("*.csv"):
        if path.stem not in shards:
            path.unlink()
    rows = sorted({pair for path in folder.glob("*.csv") for pair in _pairs(path)})
    privacy.write_rows(private / PATIENTS, ("id_old", "id_new"), rows)
    spellings = defaultdict(list)
    for old, new in rows:
        spellings[new].append(old)
    several = [(new, "several spellings of one ID", *old) for new, old in sorted(spellings.items()) if len(old) > 1]
    privacy.write_rows(private / WARNINGS, ("id_new", "warning", "id_old"), several)
    if several:
        log.warning("%d patients have IDs of several spellings: see %s in the private folder", len(several), WARNINGS)


def _pairs(path: Path) -> list[tuple[str, str]]:
    """Return a shard's part of the map.

    Raises:
        RefusedError: if it is spoilt.
    """
    with suppress(ValueError):
        return [(old, new) for old, new in privacy.read_rows(path)]
    raise privacy.RefusedError(
        f"{path.parent.name}/{path.name} in the private folder is spoilt. Restore it, or "
        f"remove it and export shard {path.stem} again"
    )


def note_raters(private: Path, raters: Mapping[str, str]) -> None:
    """Write the raters' linkage map."""
    privacy.write_rows(private / RATERS, ("rater_old", "rater_new"), raters.items())


def note_rejected(private: Path, shard: str, rejected: Iterable[tuple[int, str, str]]) -> None:
    """Write the paths of a shard's rejected files with their opaque index and the reason."""
    privacy.write_rows(private / "rejected" / f"{shard}.csv", ("index", "path", "reason"), rejected)
