"""Cut the region of interest of every disc of a shard that has a reference grade."""

from pathlib import Path

from discgrade.imaging.roi import extract_shard
from discgrade.readings.reference import reference_discs
from discgrade.records import INSTANCES, RATINGS, read
from discgrade.settings.model import Reference, Region


def extract_rois(
    *,
    ratings: Path,
    instances: Path,
    shard: str,
    export: Path,
    reference: Reference,
    region: Region,
    destination: Path,
) -> None:
    """Write the region of interest of every disc of one shard, as its reference reading drew it.

    Args:
        ratings: The shard's readings, `records.RATINGS`.
        instances: The shard's exported images, `records.INSTANCES`.
        shard: Name of the shard.
        export: Folder of the exported DICOM files.
        reference: Which reading is the reference.
        region: What is cut out: "drawn", the region itself, or "square", the square around it.
        destination: Parquet file to write, `records.ROIS`, in the order of the discs' names.
    """
    discs = reference_discs(read(ratings, RATINGS), read(instances, INSTANCES), reference=reference, shard=shard)
    extract_shard(discs=discs, instances=instances, export=export, destination=destination, region=region)
