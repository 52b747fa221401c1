"""How many samples a second one core makes, and how many it reads back.

python tests/benchmarks/augmentation.py
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from discgrade.learning.grading.augmentation import augment_shard
from discgrade.records import batches, write
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.settings.model import Augmentation

DISCS = 500
SETTINGS = Augmentation(copies=4, flip=0.5, rotation=20.0, zoom=1.0, shift=0.0, gamma=1.0, seed=1)
RESOLUTIONS = (24, 48, 64, 128, 256)


def roi(number: int) -> dict[str, object]:
    """Make a region of the size that a rater draws at 0.7 mm a pixel."""
    random = np.random.default_rng(number)
    rows, columns = random.integers(45, 115), random.integers(65, 100)
    pixels = random.integers(0, 65536, (rows, columns)).astype("<u2").tobytes()
    geometry = {"rows": rows, "columns": columns, "spacing": 0.7, "outside": 0.0, "obliquity": 0.0}
    return {"disc": f"disc {number}", "pixels": pixels, "offset": 0.0, "scale": 1.0, **geometry}


def main() -> None:
    """Print one line a resolution."""
    with tempfile.TemporaryDirectory() as folder:
        rois, destination = Path(folder, "rois.parquet"), Path(folder, "samples.parquet")
        write(list(map(roi, range(DISCS))), ROIS, rois)
        for resolution in RESOLUTIONS:
            start = time.process_time()
            augment_shard(
                rois=rois, destination=destination, resolution=resolution, border="edge", augmentation=SETTINGS
            )
            made = time.process_time()
            number = sum(len(batch) for batch in batches(destination, sample_schema(resolution), 1024))
            read = time.process_time()
            size = destination.stat().st_size / number
            print(
                f"{resolution:4d} px: {number / (made - start):6.0f} made, {number / (read - made):7.0f} read "
                f"a second of processor time; {size:7.0f} bytes each"
            )


if __name__ == "__main__":
    main()
