"""Two graded studies of one invented patient, made once; and what checks DICOM files."""

import os
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import graded_phantom
import pydicom
import pytest
from pydicom.uid import EnhancedMRImageStorage


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory):
    """A graded study and its slices; one disc is flagged, discs lie on more than one slice."""
    return graded_phantom.graded(*graded_phantom.scan(tmp_path_factory.mktemp("first"), 0))


@pytest.fixture(scope="session")
def later(study, tmp_path_factory: pytest.TempPathFactory):
    """The same patient's study of four years later: other discs."""
    files, discs = graded_phantom.scan(
        tmp_path_factory.mktemp("later"), 3, PatientID=study[0].patient_id, StudyDate="20120911"
    )
    return graded_phantom.graded(files, discs)


@pytest.fixture(scope="session")
def facts():
    return graded_phantom.facts()


@pytest.fixture(scope="session")
def multiframe(study):
    """The study again, its slices being frames 1, 2 ... of one Enhanced MR image."""
    graded, sources = study
    frames = [sources[place] for place in sorted(sources)]
    number = {place: frame for frame, place in enumerate(sorted(sources), 1)}
    header = deepcopy(frames[0].header)
    header.SOPClassUID, header.SOPInstanceUID = EnhancedMRImageStorage, "2.25.77"
    header.NumberOfFrames = len(frames)
    for keyword in ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "SliceThickness"):
        delattr(header, keyword)
    moved = {("2.25.77", number[place]): replace(source, header=header) for place, source in sources.items()}
    discs = [
        replace(disc, place=replace(disc.place, sop_instance_uid="2.25.77", frame=number[disc.place.image]))
        for disc in graded.discs
    ]
    return replace(graded, discs=tuple(discs)), moved


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[pydicom.Dataset], list[str]]:
    """The errors that dciodvfy (Debian: dicom3tools) finds in an object."""
    need("dciodvfy", "dicom3tools")

    def errors(made: pydicom.Dataset) -> list[str]:
        made.save_as(tmp_path / "made.dcm")
        done = subprocess.run(
            ["dciodvfy", "-new", tmp_path / "made.dcm"], check=False, capture_output=True, text=True, errors="replace"
        )
        assert "ComprehensiveSR" in done.stderr or "SCImage" in done.stderr
        return [line for line in done.stderr.splitlines() if line.startswith("Error")]

    return errors


@pytest.fixture
def dumped(tmp_path: Path) -> Callable[[pydicom.Dataset], str]:
    """What dsrdump (Debian: dcmtk) prints of a report."""
    need("dsrdump", "dcmtk")

    def text(made: pydicom.Dataset) -> str:
        made.save_as(tmp_path / "report.dcm")
        done = subprocess.run(["dsrdump", "+Pl", tmp_path / "report.dcm"], check=True, capture_output=True, text=True)
        assert "E:" not in done.stderr
        return done.stdout

    return text


def need(program: str, package: str) -> None:
    if not shutil.which(program):
        assert not os.environ.get("CI"), f"{program} (Debian: {package}) should be installed in CI"
        pytest.skip(f"{program} (Debian: {package}) is not installed")
