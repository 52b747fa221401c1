"""Discs of a study graded again: by which networks, and what a moved region gives."""

import hashlib
from dataclasses import replace

import numpy as np
import onnx
import pyarrow as pa
import pydicom
import pytest
from invented_study import study_of
from onnx import TensorProto, helper, numpy_helper
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage
from small_cohorts import instance
from table_rows import disc_row

from discgrade import records
from discgrade.grading.stability.regrading import Cohort, regrade
from discgrade.imaging.sampling import AS_READ
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.stability import MOVED
from discgrade.reliability.plan import Regraded, RunPlan, regraded_runs
from discgrade.settings.model import Images, Protocol
from discgrade.settings.run import Run

SIDE = 20
EDGES = {1: 35, 2: 30}
"""Column of each slice at which black becomes white; the box on slice 2 spans columns 20 to 40."""


def network(slope):
    """A network that grades 3 where half a region is white, and by a slope more for each more of it."""
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", SIDE, SIDE, 1])
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "slope"], ["times"]),
        helper.make_node("Add", ["times", "three"], ["sum"]),
        helper.make_node("Reshape", ["sum", "column"], ["outputs"]),
        helper.make_node("Reshape", ["mean", "column"], ["embedding"]),
    ]
    told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 1]) for name in ("outputs", "embedding")]
    constants = [
        numpy_helper.from_array(np.float32(slope), "slope"),
        numpy_helper.from_array(np.float32(3), "three"),
        numpy_helper.from_array(np.array([-1, 1]), "column"),
    ]
    graph = helper.make_graph(nodes, "brightness", [image], told, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def save_slice(path, study, number):
    pixels = np.zeros((60, 60), np.uint16)
    pixels[:, EDGES[number] :] = 1000
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, f"{study}.{number}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.InstanceNumber = study, f"{study}.9", number
    dataset.Rows = dataset.Columns = 60
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    dataset.PixelSpacing, dataset.ImageOrientationPatient = [1, 1], [0, 1, 0, 0, 0, -1]
    dataset.ImagePositionPatient = [4.0 * number, 0, 0]
    dataset.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    told = {"patient": study, "study_uid": study, "series_uid": f"{study}.9", "sop_instance_uid": f"{study}.{number}"}
    return instance(**told, path=path.name, digest=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def again(tmp_path):
    """Grades again the discs of two patients, one in each fold's test part, on the last of two slices."""
    images = [save_slice(tmp_path / f"{study}-{number}.dcm", study, number) for study in ("1", "2") for number in EDGES]
    records.write(images, INSTANCES, tmp_path / "instances.parquet")
    place = {"x": 20.0, "y": 20.0, "width": 20.0, "height": 20.0}
    discs = [
        disc_row(0, f"{study}-a", "L4/L5", 3.0, study_uid=study, sop_instance_uid=f"{study}.2", **place)
        for study in ("1", "2")
    ]
    records.write(pa.Table.from_pylist(discs, schema=DISCS), DISCS, tmp_path / "discs.parquet")
    parts = [("fold-01", "1", "test"), ("fold-01", "2", "train"), ("fold-02", "1", "train"), ("fold-02", "2", "test")]
    splits = [{"split": split, "patient": name, "part": part, "share": 1} for split, name, part in parts]
    records.write(splits, SPLITS, tmp_path / "splits.parquet")
    files = [tmp_path / f"{number}.onnx" for number in (1, 2)]
    for file, slope in zip(files, (2, -2), strict=True):
        onnx.save(network(slope), file)

    def run(networks=((0,), (1,))):
        plan = RunPlan(Run("mse", SIDE, 1, "fold-01", 1), "continuous", "argmax", Protocol("as_read", "validation"))
        second = replace(plan, run=replace(plan.run, split="fold-02"))
        regrade(
            cohort=Cohort(
                discs=tmp_path / "discs.parquet",
                splits=tmp_path / "splits.parquet",
                instances=[tmp_path / "instances.parquet"],
                shards=["00"],
                export=tmp_path,
            ),
            networks=files,
            runs=[Regraded(one, places) for one, places in zip((plan, second), networks, strict=True)],
            predictions=[],
            cutting=[],
            images=Images(SIDE, (SIDE,), "drawn", "edge"),
            views=[AS_READ],
            destination=tmp_path / "moved.parquet",
        )
        rows = records.read(tmp_path / "moved.parquet", MOVED).to_pylist()
        return {(row["patient"], row["move"]): (row["split"], row["before"], row["after"]) for row in rows}

    return run


def test_a_moved_region_is_graded_by_the_network_that_has_not_seen_its_patient(again):
    # Two columns of twenty are a tenth of the region: 0.4 of a grade, here 2.6 and 3.4, decoded as 2.7 and 3.3. On the
    # slice before, a quarter of the region is white: grade 2, and 4 for the network that grades the other way round.
    expected = {"left": 2.7, "right": 3.3, "up": 3, "down": 3, "slice before": 2}
    found = again()
    assert {move for _, move in found} == expected.keys(), "the slice after does not exist"
    for move, after in expected.items():
        assert found["1", move] == ("fold-01", 3, pytest.approx(after))
        assert found["2", move] == ("fold-02", 3, pytest.approx(6 - after))


def test_an_ensemble_grades_by_the_mean_of_its_networks(again):
    assert {after for _, _, after in again(networks=((0, 1), (0, 1))).values()} == {3}


def test_a_file_that_is_not_as_it_was_exported_is_refused(again, tmp_path):
    (tmp_path / "1-1.dcm").write_bytes((tmp_path / "1-1.dcm").read_bytes() + b"\0\0")
    with pytest.raises(ValueError, match="not as it was exported"):
        again()


def test_runs_are_those_whose_networks_the_bundle_holds():
    study = study_of(grid={"default": "default", "variants": None, "folds": ["default"], "seeds": [1, 2]})
    found = [(one.plan.run.split, one.plan.run.seed, one.networks) for one in regraded_runs(study)]
    folds = study.splits.folds
    assert found == [(f"fold-{1 + place // 2:02d}", 1 + place % 2, (place,)) for place in range(2 * folds)]
    study = study_of(bundle={"members": "holdout"})
    assert [(one.plan.run.split, one.networks) for one in regraded_runs(study)] == [("holdout", (0,))]
