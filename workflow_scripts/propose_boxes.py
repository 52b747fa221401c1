"""Complete a sheet of readings: rows without a box get the slice and box that a bundle's locator finds."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.grading.locating.proposing import propose_regions
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

log = logging.getLogger("discgrade.propose_boxes")

with step(snakemake, private=True) as job:
    study = job.study
    found = propose_regions(
        sheet=Path(str(study.cohort.ratings)),
        scans=Path(str(study.cohort.dicom)),
        bundle=Path(str(study.ratings.propose)),
        private=job.private,
        destination=job.output("ratings"),
        settings=study.ratings,
        follow_links=study.deidentify.follow_links,
    )
    for result, count in sorted(found.items()):
        log.info("%d rows: %s", count, result)
