"""Cut the region of interest of every disc of a shard out of the slice on which its reference reading drew it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from discgrade.imaging.box import Box
from discgrade.imaging.exported import exported_slice
from discgrade.imaging.roi import extract
from discgrade.readings.reference import reference_discs
from discgrade.records import read, writer
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import ROIS
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Region

_ROWS_PER_GROUP = 256


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
    """Write the region of interest of every disc of one shard that has a reference grade.

    Args:
        ratings: The shard's readings, `readings.RATINGS`.
        instances: The shard's exported images, `export.INSTANCES`.
        shard: Name of the shard.
        export: Folder of the exported DICOM files.
        reference: Which reading is the reference.
        region: What is cut out: "drawn", the region itself, or "square", the square around it.
        destination: Parquet file to write, `regions.ROIS`, in the order of the discs' names.

    Raises:
        ValueError: if an exported file is not the one that `instances` tells of, or a region cannot be cut out.
    """
    images = read(instances, INSTANCES)
    discs = reference_discs(read(ratings, RATINGS), images, reference=reference, shard=shard)
    files = {row["sop_instance_uid"]: (export / row["path"], row["digest"]) for row in images.to_pylist()}
    with writer(destination, ROIS) as sink:
        for batch in discs.to_batches(max_chunksize=_ROWS_PER_GROUP):
            sink.write_batch(pa.RecordBatch.from_pylist(list(_rois(batch, files, region)), schema=ROIS))


def _rois(discs: pa.RecordBatch, files: Mapping[str, tuple[Path, str]], region: Region) -> Iterator[dict[str, Any]]:
    """Yield rows of `regions.ROIS`; the discs of a patient follow each other and mostly share their slice."""
    slice_of = lru_cache(maxsize=4)(exported_slice)
    for disc in discs.to_pylist():
        try:
            image = slice_of(*files[disc["sop_instance_uid"]], disc["frame"])
            box = Box(disc["x"], disc["y"], disc["width"], disc["height"])
            yield extract(image, box, region).to_row(disc["disc"])
        except Exception as error:
            error.add_note(f"while cutting out disc {disc['disc']} of image {disc['sop_instance_uid']}")
            raise
