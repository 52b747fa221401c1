"""Regions of interest from masks: which disc lies where on which image."""

from collections import defaultdict
from collections.abc import Iterator

from discgrade.grading.inputs.regions import Region
from discgrade.imaging.masks.folders import Folders, regions_of
from discgrade.imaging.masks.studies import Masked
from discgrade.private import RefusedError


def masked_regions(folders: Folders, processes: int | None = None) -> dict[str, list[Region]]:
    """Return the regions of masks by SOP Instance UID, and for each series with an unusable mask why there are none.

    Raises:
        RefusedError: if a folder is missing or empty, or no mask can be used.
        ValueError: if the table of labels is wrong.
    """
    by_image: dict[str, list[Region]] = defaultdict(list)
    reasons = list[str]()
    for study in regions_of(folders, processes):
        for one in _of_masks(study):
            by_image[one.sop_instance_uid].append(one)
        reasons += [one.reason for one in study.left_out if one.fault]
    if not any(one.box for some in by_image.values() for one in some):
        told = "; ".join(sorted(set(reasons))[:3]) or "no series is a sagittal T2-weighted one"
        raise RefusedError(f"No mask could be used: {told}. `discgrade regions` says it of each")
    return dict(by_image)


def _of_masks(study: Masked) -> Iterator[Region]:
    for one in study.regions:
        place = one.patient_id, one.sop_instance_uid, one.frame, one.level, one.box
        yield Region((), *place, origin="mask", flags=one.flags)
    for left in study.left_out:
        if left.fault and left.instance and not study.regions:
            yield Region((), left.patient_id, left.instance, 1, "all discs", None, left.reason, "mask")
