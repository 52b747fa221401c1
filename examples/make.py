"""Make the examples anew: two studies of the phantom, compressed, and the regions that its first rater drew.

python examples/make.py
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pydicom
from pydicom.uid import JPEGLSLossless

HERE = Path(__file__).parent
COLUMNS = ("patient_id", "sop_instance_uid", "level", "x", "y", "width", "height")
SEED = 4


def main() -> None:
    """Make scans and sheet."""
    shutil.rmtree(HERE / "scans", ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        command = [sys.executable, "-m", "discgrade", "phantom", temporary, "--patients", "2", "--seed", str(SEED)]
        subprocess.run(command, check=True)
        for file in sorted(Path(temporary, "dicom").rglob("*")):
            if file.is_file():
                compress(file)
        with Path(temporary, "ratings.csv").open(newline="", encoding="utf-8") as text:
            rows = [row for row in csv.DictReader(text) if row["reading"] == "1"]
    first = rows[0]["rater"]
    with (HERE / "regions.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row["rater"] == first)


def compress(file: Path) -> None:
    """Write a slice without loss of a bit, under plain names."""
    image = pydicom.dcmread(file)
    if not image.file_meta.TransferSyntaxUID.is_compressed:
        image.compress(JPEGLSLossless, generate_instance_uid=False)
    folder = HERE / "scans" / str(image.PatientID)
    folder.mkdir(parents=True, exist_ok=True)
    image.save_as(folder / f"{image.SeriesNumber}-{image.InstanceNumber:02d}.dcm")


if __name__ == "__main__":
    main()
