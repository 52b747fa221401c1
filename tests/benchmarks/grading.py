"""Speed and memory of `discgrade grade`: one study from a cold start, many studies, and many more.

python tests/benchmarks/grading.py BUNDLE [WORDS OF THE COMMAND, for example --no-pages --no-sr]

One study of the phantom is graded by a new process, five times, the best counts. Then copies of ten patients' studies
under new identifiers: 100 and 400, with one process and with two. Seconds of the processors are told next to those of
the clock: on a busy machine only the former mean something.
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

import pydicom

from discgrade.keyed import uid

SOURCE = Path(__file__).parents[2] / "src"
PATIENTS = 10
COLUMNS = ("patient_id", "sop_instance_uid", "level", "x", "y", "width", "height")
ENVIRONMENT = os.environ | {"PYTHONPATH": str(SOURCE)}


class Cost(NamedTuple):
    """What a command took: seconds of the clock and of processors, largest resident size of its processes in MB."""

    clock: float
    processors: float
    memory: float


def run(*words: str | Path) -> Cost:
    """Run `discgrade` in a new process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "discgrade", *map(str, words)], env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL)  # fmt: skip
    largest = 0.0
    while process.poll() is None:
        largest = max(largest, resident(process.pid))
        time.sleep(0.05)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, 3):
        sys.exit(f"discgrade ended with exit code {process.returncode}")
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - start, used, largest)


def resident(process: int) -> float:
    """Return the largest resident size of a process or of one of its children, in MB."""
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        every = [process, *map(int, children.read_text().split())]
        pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in every]
    except (OSError, IndexError):
        return 0.0
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def regions(sheet: Path) -> list[dict[str, str]]:
    """Return the first reading of each disc of a phantom."""
    with sheet.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    first: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        first.setdefault((row["patient_id"], row["level"]), {name: row[name] for name in COLUMNS})
    return list(first.values())


def copies(source: Path, rows: list[dict[str, str]], folder: Path, studies: int) -> Path:
    """Write so many studies, copies of some under new identifiers; returns the sheet of their regions."""
    patients = sorted(path for path in source.iterdir() if path.is_dir())
    images = {patient: [pydicom.dcmread(file) for file in patient.rglob("*") if file.is_file()] for patient in patients}
    written = []
    for number in range(studies):
        patient = patients[number % len(patients)]
        name = f"{number:05d}"
        target = folder / name
        target.mkdir(parents=True)
        for place, image in enumerate(images[patient]):
            given = {"PatientID": image.PatientID, "SOPInstanceUID": image.SOPInstanceUID}
            new = uid("copy", number, str(image.SOPInstanceUID))
            written += [row | {"patient_id": name, "sop_instance_uid": new} for row in rows
                        if row["sop_instance_uid"] == image.SOPInstanceUID]  # fmt: skip
            old = image.StudyInstanceUID, image.SeriesInstanceUID
            image.PatientID, image.SOPInstanceUID = name, new
            image.StudyInstanceUID, image.SeriesInstanceUID = (uid("copy", number, str(one)) for one in old)
            image.file_meta.MediaStorageSOPInstanceUID = new
            image.save_as(target / f"{place}.dcm")
            image.PatientID, image.SOPInstanceUID = given["PatientID"], given["SOPInstanceUID"]
            image.StudyInstanceUID, image.SeriesInstanceUID = old
    return write(written, folder.with_suffix(".csv"))


def write(rows: list[dict[str, str]], sheet: Path) -> Path:
    """Write a sheet of regions."""
    with sheet.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return sheet


def main(bundle: Path, *words: str) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        run("phantom", work / "phantom", "--patients", str(PATIENTS))
        rows = regions(work / "phantom" / "ratings.csv")

        def grade(studies: int, processes: int) -> Cost:
            scans = work / f"scans-{studies}"
            sheet = scans.with_suffix(".csv")
            if not scans.exists():
                copies(work / "phantom" / "dicom", rows, scans, studies)
            return run("grade", scans, "--bundle", bundle, "--regions", sheet, "--out", work / "out",
                       "--processes", str(processes), *words)  # fmt: skip

        one = min(grade(1, 1) for _ in range(5))
        print(f"one study, cold: {one.clock:.2f} s ({one.processors:.2f} s of a processor), {one.memory:.0f} MB")
        for studies, processes in ((100, 1), (100, 2), (400, 1), (400, 2)):
            cost = grade(studies, processes)
            print(
                f"{studies} studies, {processes} processes: {studies / cost.clock:.0f} a second by the clock, "
                f"{studies / cost.processors * processes:.0f} with {processes} processors alone; "
                f"{cost.memory:.0f} MB at most in a process"
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
