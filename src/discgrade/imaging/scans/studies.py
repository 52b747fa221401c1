"""Which files of a folder of scans belong to one study of one patient."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from discgrade.imaging.header import patient_key
from discgrade.imaging.scans.headers import File


def shared_images(files: Sequence[File]) -> set[str]:
    """Return the SOP Instance UIDs that different images share: nobody could tell which of them was read."""
    first: dict[tuple[str, int], tuple[object, ...]] = {}
    shared = set()
    for file in files:
        for one in file.frames:
            said = (file.patient_id, file.study_uid, replace(one, path=""))
            if first.setdefault((one.instance, one.frame), said) != said:
                shared.add(one.instance)
    return shared


def by_study(files: Sequence[File]) -> dict[tuple[str, ...], list[File]]:
    """Put files together by patient and study; broken ones join the studies of their folder, or are a study."""
    found: dict[tuple[str, ...], list[File]] = defaultdict(list)
    folders: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for file in files:
        if not file.broken:
            key = (*patient_key(file.patient_id, file.issuer, file.study_uid), file.study_uid)
            found[key].append(file)
            folders[_folder(file)].add(key)
    for file in files:
        if file.broken:
            for key in folders.get(_folder(file)) or {("folder", _folder(file))}:
                found[key].append(file)
    return found


def _folder(file: File) -> str:
    return str(Path(file.path).parent)
