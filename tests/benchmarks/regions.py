"""How long regions of a cohort of SPIDER's size take from its masks, and in how much memory.

python tests/benchmarks/regions.py [VOLUMES]

Phantom patients are resampled to the median sizes of SPIDER's series (of 447, 210 are T2, 196 T1, 41 three-dimensional)
and linked again and again; without a two-dimensional T2 of such a patient, the three-dimensional one is read.
"""

import resource
import sys
import tempfile
import time
from itertools import count, islice
from pathlib import Path

import SimpleITK as sitk  # noqa: N813

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from discgrade.imaging.masks.folders import Folders, regions_of
from discgrade.phantom.command import proportions
from discgrade.phantom.spider import make_spider

VOLUMES = 447
MADE = 5
SIZES = {"t1": (24, 512, 448), "t2": (24, 512, 448), "t2_SPACE": (120, 512, 640)}
"""Voxels along the axes of the stored array that run across, back and along the spine."""


def resampled(path: Path, kind: str, destination: Path, *, mask: bool) -> None:
    """Write a volume in the size of a series of its kind."""
    image = sitk.ReadImage(str(path))
    across, back, along = SIZES[kind]
    size = (back, along, across) if kind == "t2_SPACE" else (across, back, along)
    spacing = [old * have / want for old, have, want in zip(image.GetSpacing(), image.GetSize(), size, strict=True)]
    how = sitk.sitkNearestNeighbor if mask else sitk.sitkLinear
    made = sitk.Resample(
        image, size, sitk.Transform(), how, image.GetOrigin(), spacing, image.GetDirection(), 0, image.GetPixelID()
    )
    sitk.WriteImage(made, str(destination), useCompression=True)


def series() -> list[tuple[str, ...]]:
    """Return the series of five patients that follow each other: of ten series there are one or two with 120 slices."""
    return [("t1", "t2"), ("t1", "t2"), ("t1", "t2"), ("t1", "t2"), ("t2_SPACE",)]


def main() -> None:
    """Print volumes, seconds and the largest process."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else VOLUMES
    with tempfile.TemporaryDirectory() as folder:
        made, large, cohort = (Path(folder, name) for name in ("made", "large", "cohort"))
        make_spider(made, proportions(MADE, 5), workers=2)
        for kind in ("images", "masks"):
            (large / kind).mkdir(parents=True)
            (cohort / kind).mkdir(parents=True)
            for path in (made / kind).iterdir():
                resampled(path, path.stem.partition("_")[2], large / kind / path.name, mask=kind == "masks")
        patients = ((number, name) for number in count() for name in series()[number % MADE])
        for number, name in islice(patients, wanted):
            for kind in ("images", "masks"):
                (cohort / kind / f"{number + 1}_{name}.mha").hardlink_to(
                    large / kind / f"{number % MADE + 1}_{name}.mha"
                )
        start, regions, left = time.perf_counter(), 0, 0
        for study in regions_of(Folders(cohort / "images", cohort / "masks"), processes=2):
            regions, left = regions + len(study.regions), left + len(study.left_out)
        seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{wanted} volumes: {regions} regions, {left} series not read, {seconds:.0f} s on two processes")
    print(f"{own.ru_utime + own.ru_stime:.0f} s of a processor; the largest process had {peak:.0f} MB")


if __name__ == "__main__":
    main()
