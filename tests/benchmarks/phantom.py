"""How many phantom studies a second one core makes, and where the time goes.

python tests/benchmarks/phantom.py
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from discgrade.phantom.examination import examine
from discgrade.phantom.headers import encoded_slices
from discgrade.phantom.manufacturers import draw_manufacturer
from discgrade.phantom.people import draw_identity
from discgrade.phantom.population import draw_patient
from discgrade.phantom.scanner import acquire, draw_scan
from discgrade.phantom.spine.painting import paint_back
from discgrade.phantom.spine.stacking import build_spine

STUDIES = 40


def main() -> None:
    """Print studies a second of one core, and milliseconds a study of each part."""
    patients = [draw_patient(1, "primary", index) for index in range(STUDIES + 1)]
    with tempfile.TemporaryDirectory() as folder:
        examine(patients[0], Path(folder))
        processor, wall = time.process_time(), time.perf_counter()
        for patient in patients[1:]:
            examine(patient, Path(folder))
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / (STUDIES + 1)
    print(f"{STUDIES / processor:.1f} studies a second of processor time, {STUDIES / wall:.1f} of wall time")
    print(f"{size / 1e6:.2f} MB a study")

    parts = dict.fromkeys(("spine", "painting", "acquisition", "encoding"), 0.0)
    for patient in patients[1:]:
        identity, rng = draw_identity(patient), patient.generator("scan")
        scan, manufacturer = draw_scan(rng), draw_manufacturer(patient.cohort, rng)
        marks = [time.process_time()]
        spine, view = build_spine(patient), scan.view(patient.generator("texture"))
        marks.append(time.process_time())
        paint_back(view, spine, patient.age, patient.generator("tissue"))
        marks.append(time.process_time())
        stored = acquire(view, scan, patient.generator("noise"))
        marks.append(time.process_time())
        list(encoded_slices(patient, identity, scan, manufacturer, stored))
        marks.append(time.process_time())
        for name, start, end in zip(parts, marks[:-1], marks[1:], strict=True):
            parts[name] += end - start
    for name, seconds in parts.items():
        print(f"{name:12s} {1000 * seconds / STUDIES:5.1f} ms a study")


if __name__ == "__main__":
    main()
