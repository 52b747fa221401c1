"""How long Snakemake plans: the paper's whole grid, on its phantom and on a folder of scans of as many patients.

python tests/benchmarks/planning.py [PATIENTS]
"""

import csv
import re
import shutil
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import yaml
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

ROOT = Path(__file__).parents[2]
SLICES = 15
PATIENT, INSTANCE = "ID999999", "1.2.3.9999999.999"
READING = {"x": 10, "y": 10, "width": 20, "height": 20, "grade": 3, "rater": "one", "reading": 1, "cohort": "own"}
LEVELS = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")


def main(patients: int) -> None:
    """Print jobs and seconds of plans with nothing done yet."""
    with tempfile.TemporaryDirectory() as name:
        project, source = Path(name, "project"), Path(name, "source")
        _copy_project(project)
        _write_scans(source, patients)
        cohort = {"source": "folder", "dicom": str(source / "scans"), "ratings": str(source / "ratings.csv")}
        (project / "studies" / "own.yaml").write_text(yaml.safe_dump({"cohort": cohort}))
        print(f"Python and Snakemake alone: {_seconds(project, '--version')[0]:.1f} s")
        _plan(project, "the paper's phantom")
        _plan(project, f"a folder of {patients} patients, {patients * SLICES} files, never seen before", "own.yaml")
        _plan(project, "the same folder again", "own.yaml")


def _plan(project: Path, title: str, *overlays: str) -> None:
    studies = [f"studies/{overlay}" for overlay in ("paper.yaml", *overlays)]
    seconds, output = _seconds(project, "-n", "--quiet", "rules", "--configfile", *studies)
    jobs = re.search(r"^total +(\d+)$", output, re.MULTILINE)
    print(f"{title}: {jobs and jobs.group(1)} jobs planned in {seconds:.1f} s")


def _seconds(project: Path, *arguments: str) -> tuple[float, str]:
    command = [sys.executable, "-m", "snakemake", *arguments]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, done.stdout + done.stderr


def _copy_project(destination: Path) -> None:
    for name in ("rules", "workflow_scripts", "src", "profiles", "studies", "envs"):
        shutil.copytree(ROOT / name, destination / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, destination)


def _write_scans(folder: Path, patients: int) -> None:
    """Write headers without pixels, a folder a patient, and a sheet with five readings each."""
    header, rows = _header(), []
    for number in range(patients):
        patient = f"ID{number:06d}"
        place = folder / "scans" / patient
        place.mkdir(parents=True)
        images = [f"1.2.3.{1_000_000 + number}.{100 + slice_}" for slice_ in range(SLICES)]
        for image in images:
            content = header.replace(INSTANCE.encode(), image.encode()).replace(PATIENT.encode(), patient.encode())
            (place / f"{image}.dcm").write_bytes(content)
        rows += [{"patient_id": patient, "sop_instance_uid": images[SLICES // 2], "level": level} for level in LEVELS]
    with (folder / "ratings.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0] | READING)
        writer.writeheader()
        writer.writerows(row | READING for row in rows)


def _header() -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, MRImageStorage
    meta.MediaStorageSOPInstanceUID = INSTANCE
    header = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    header.SOPClassUID, header.SOPInstanceUID, header.PatientID = MRImageStorage, INSTANCE, PATIENT
    header.PatientName, header.PatientBirthDate, header.PatientSex = "Family^Given", "19600101", "F"
    header.ImageOrientationPatient = [0, 1, 0, 0, 0, -1]
    header.StudyInstanceUID, header.Rows, header.Columns = "1.2.3", 64, 64
    content = BytesIO()
    header.save_as(content, enforce_file_format=True)
    return content.getvalue()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
