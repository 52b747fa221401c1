"""Cutting the regions of a shard's discs out of exported DICOM files."""

import hashlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from small_cohorts import FIRST, instance, reading

from discgrade.cohort.regions import extract_rois
from discgrade.imaging.roi import Roi
from discgrade.records import read, write
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import ROIS

ROWS, COLUMNS = 40, 60


def gradient() -> np.ndarray:
    """An image whose every pixel tells its place: 125 a row and 1 for eight columns."""
    return np.add.outer(1000 * np.arange(ROWS), np.arange(COLUMNS)) // 8


def save(path: Path, uid: str, frames: np.ndarray) -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, uid
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelSpacing = [0.5, 0.5]
    dataset.PixelData = frames.astype(np.uint16).tobytes()
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)


def disc(name: str, uid: str, frame: int = 1, x: float = 5.0) -> dict[str, object]:
    return reading(disc=name, sop_instance_uid=uid, frame=frame, x=x, y=5.0, width=12.0, height=10.0)


DISCS = [disc("A", "1.1"), disc("B", "1.1", x=30.0), disc("C", "1.2"), disc("D", "1.2", frame=2)]


@pytest.fixture
def cut(tmp_path):
    """A function that cuts discs out of two exported images, one of them with two frames, and returns the table."""
    images = {"1.1": gradient()[None], "1.2": np.stack([gradient() + 1, gradient() + 2])}
    for uid, frames in images.items():
        save(tmp_path / f"{uid}.dcm", uid, frames)
    rows = [
        instance(
            sop_instance_uid=uid,
            frames=len(images[uid]),
            path=f"{uid}.dcm",
            digest=hashlib.sha256((tmp_path / f"{uid}.dcm").read_bytes()).hexdigest(),
        )
        for uid in images
    ]
    write(rows, INSTANCES, tmp_path / "instances.parquet")

    def run(readings=DISCS, name="rois") -> Path:
        write(readings, RATINGS, tmp_path / "ratings.parquet")
        extract_rois(
            ratings=tmp_path / "ratings.parquet",
            instances=tmp_path / "instances.parquet",
            shard="00",
            export=tmp_path,
            reference=FIRST,
            region="drawn",
            destination=tmp_path / name,
        )
        return tmp_path / name

    return run


def grey(row) -> np.ndarray:
    roi = Roi.from_row(row)
    return roi.offset + roi.scale * roi.pixels


def test_a_shard_is_cut_disc_by_disc(cut):
    rois = {roi["disc"]: roi for roi in read(cut(), ROIS).to_pylist()}
    assert list(rois) == ["A", "B", "C", "D"]
    base = gradient()[5:15]
    np.testing.assert_allclose(grey(rois["A"]), base[:, 5:17], atol=0.02)
    np.testing.assert_allclose(grey(rois["B"]), base[:, 30:42], atol=0.02)
    np.testing.assert_allclose(grey(rois["C"]), base[:, 5:17] + 1, atol=0.02)
    np.testing.assert_allclose(grey(rois["D"]), base[:, 5:17] + 2, atol=0.02)


def test_discs_without_a_reference_reading_are_left_out(cut):
    readings = [*DISCS[:2], disc("C", "1.2") | {"rater": "R2"}, disc("D", "1.2") | {"reading": 2}]
    assert read(cut(readings), ROIS)["disc"].to_pylist() == ["A", "B"]


def test_a_shard_without_discs_is_an_empty_table(cut):
    assert len(read(cut([]), ROIS)) == 0


def test_the_bytes_are_the_same_every_time_and_a_discs_for_any_part_of_the_shard(cut):
    one, two = cut(name="one"), cut(name="two")
    assert one.read_bytes() == two.read_bytes()
    assert read(cut(DISCS[2:], "part"), ROIS).equals(read(one, ROIS).slice(2))


def test_a_failure_names_the_disc_and_leaves_no_file(cut, tmp_path):
    (tmp_path / "1.2.dcm").unlink()
    with pytest.raises(FileNotFoundError) as error:
        cut()
    assert "disc C of image 1.2" in error.value.__notes__[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.1.dcm", "instances.parquet", "ratings.parquet"]


def test_an_exported_file_that_changed_since_is_refused(cut, tmp_path):
    content = bytearray((tmp_path / "1.1.dcm").read_bytes())
    content[-1] ^= 1
    (tmp_path / "1.1.dcm").write_bytes(content)
    with pytest.raises(ValueError, match=r"1\.1\.dcm is not as it was exported: its SHA-256 is"):
        cut()
    assert not (tmp_path / "rois.parquet").exists()
