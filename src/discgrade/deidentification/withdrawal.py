"""Patients who withdrew their consent: out of the export at the next run, and the models that they helped to train."""

import csv
from collections.abc import Collection, Mapping
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.imaging.header import normalised
from discgrade.readings import sheet
from discgrade.records.splits import SPLITS

LIST = "withdrawn.csv"
MODELS = "withdrawn_models.csv"
_HEADERS = frozenset({"id", "id_old", "id_new", "patient", "patient_id", "patientid", "pseudonym"})
_TRAINED = frozenset({"train", "validation"})


def listed(private: Path) -> frozenset[str]:
    """Return the IDs in the first column of withdrawn.csv: patient IDs of the source, or pseudonyms.

    The first row counts unless it is a header: an ID in its place must not be missed.
    """
    if not (private / LIST).exists():
        return frozenset()
    text = sheet.decoded((private / LIST).read_bytes())
    rows = csv.reader(text.splitlines(), delimiter=max(",;\t", key=text.count))
    return frozenset(normalised(row[0]) for row in rows if row and row[0].strip()) - _HEADERS


def by_shard(withdrawn: Collection[str], patients: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Return which IDs concern each shard: those of its patients, and those of no patient, which may be pseudonyms.

    Args:
        withdrawn: What `listed` returned.
        patients: Patient IDs of the files of each shard.
    """
    if not withdrawn:
        return {}
    normal = {shard: set(map(normalised, ids)) for shard, ids in patients.items()}
    anywhere = set[str]().union(*normal.values())
    return {
        shard: sorted(one for one in withdrawn if one in ids or one not in anywhere) for shard, ids in normal.items()
    }


def note_models(pseudonyms: Collection[str], results: Path, private: Path) -> None:
    """Add the models that patients helped to train, or whose checkpoint they helped to choose, to a private list.

    Args:
        pseudonyms: Patients who withdrew.
        results: Folder of the study's results, of an earlier run.
        private: Folder that receives withdrawn_models.csv with columns patient and model.
    """
    if not pseudonyms or not (results / "splits.parquet").exists():
        return
    splits = records.read(results / "splits.parquet", SPLITS).to_pylist()
    found = {(row[0], row[1]) for row in privacy.read_rows(private / MODELS)}
    for model in results.glob("runs/*/*/share-*/*/seed-*/model.keras"):
        share, split = model.parts[-4], model.parts[-3]
        found.update(
            (row["patient"], model.parent.relative_to(results).as_posix())
            for row in splits
            if row["patient"] in pseudonyms
            and row["split"] == split
            and row["part"] in _TRAINED
            and row["share"] >= int(share.removeprefix("share-"))
        )
    privacy.write_rows(private / MODELS, ("patient", "model"), sorted(found))
