"""From regions to grades: the same input as in training, and what the outputs mean."""

from dataclasses import replace

import numpy as np
import pytest
from graded_scans import study
from tiny_bundle import network, tiny_facts

from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.scans import Index
from discgrade.grading.inputs.studies import prepare
from discgrade.grading.judging.grader import Grader, grades
from discgrade.grading.running import studies
from discgrade.grading.running.workers import Workers
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import read_slice
from discgrade.imaging.roi import extract
from discgrade.imaging.sampling import Transform
from discgrade.learning.grading.augmentation import augment_shard
from discgrade.records import read, write
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.settings.model import Augmentation

PLAIN = Augmentation(copies=0, flip=0.0, rotation=0.0, zoom=1.0, shift=0.0, gamma=1.0, seed=1)


@pytest.fixture(scope="module")
def grader(tiny_bundle):
    return Grader(open_bundle(tiny_bundle))


def prepared(scans, rows, grader):
    regions = {row["sop_instance_uid"]: [] for row in rows}
    for number, row in enumerate(rows, 2):
        box = Box(float(row["x"]), float(row["y"]), float(row["width"]), float(row["height"]))
        region = Region((number,), row["patient_id"], row["sop_instance_uid"], 1, row["level"], box)
        regions[row["sop_instance_uid"]].append(region)
    index = Index(":memory:")
    studies.fill(index, scans, studies.files_of(scans, False), Workers(1))
    ((scanned,),) = index.patients()
    return prepare(scanned, [one for some in regions.values() for one in some], scans, grader)


def test_a_disc_is_seen_with_the_bits_that_a_training_sees(tmp_path, grader, monkeypatch):
    rows = study(tmp_path / "scans", "A1", PixelSpacing=[0.7, 0.9], ImageOrientationPatient=[0, 0, -1, 0, 1, 0])
    rows[0] |= {"x": -5.3, "y": 7.6}
    found = prepared(tmp_path / "scans", rows, grader)
    shown = []
    inner = grader._ensemble.outputs
    monkeypatch.setattr(
        grader._ensemble, "outputs", lambda samples, levels: shown.append(samples) or inner(samples, levels)
    )
    grader.grade([cut.roi.pixels for cut in found.cuts], [cut.place.level for cut in found.cuts])

    made = grader.facts.preprocessing
    image = read_slice(next((tmp_path / "scans").rglob("3-2.dcm")))
    boxes = [Box(*(float(row[name]) for name in ("x", "y", "width", "height"))) for row in rows]
    rois = [extract(image, box, made.region).to_row(str(number)) for number, box in enumerate(boxes)]
    write(rois, ROIS, tmp_path / "rois.parquet")
    augment_shard(
        rois=tmp_path / "rois.parquet",
        destination=tmp_path / "samples.parquet",
        resolution=made.resolution,
        border=made.border,
        augmentation=PLAIN,
    )
    samples = read(tmp_path / "samples.parquet", sample_schema(made.resolution)).to_pylist()
    trained = [np.frombuffer(row["pixels"], "<u2").reshape(made.resolution, -1) for row in samples]
    np.testing.assert_array_equal(shown[0], trained)


def test_a_disc_has_the_same_grade_whoever_is_graded_beside_it(grader):
    random = np.random.default_rng(1)
    regions = [random.integers(0, 65536, (30 + number, 40), dtype=np.uint16) for number in range(5)]
    together = grader.grade(regions, ["L4/L5"] * 5)
    assert [grader.grade([one], ["L4/L5"])[0] for one in regions] == together


def test_outputs_of_views_and_members_are_averaged(tiny_bundle, grader):
    bundle = open_bundle(tiny_bundle)
    mirror = Transform(flip=True)
    views = tuple(replace(bundle.facts.preprocessing, views=(view,)) for view in (Transform(), mirror))
    both = replace(bundle.facts.preprocessing, views=(Transform(), mirror))
    roi = np.random.default_rng(2).integers(0, 65536, (30, 40), dtype=np.uint16)

    def continuous(made):
        return Grader(replace(bundle, facts=replace(bundle.facts, preprocessing=made))).grade([roi], ["L1/L2"])[0]

    single = [continuous(made) for made in views]
    assert continuous(both).continuous == pytest.approx(np.mean([one.continuous for one in single]))
    assert continuous(both).members == pytest.approx(np.mean([one.members for one in single], axis=0))
    assert np.mean(single[0].members) == pytest.approx(single[0].continuous)


def test_grades_come_from_the_bundles_decoding_and_sets_from_its_thresholds():
    calibration = Calibration("none", 1.0, (), (0.5, 0.75, 0.75, 0.75, None), 0.9, None, 40, 200)
    facts = replace(tiny_facts([network(1, 5)], "integral"), calibration=calibration, decoding="median")
    (found,) = grades(np.array([[[0.4, 0.05, 0.3, 0.25, 0.0]]]), facts, None)
    assert (found.grade, found.fractional) == (3, None)
    assert found.continuous == pytest.approx(2.4)
    assert found.probabilities == pytest.approx((0.4, 0.05, 0.3, 0.25, 0.0))
    assert found.set == (1, 2, 3, 4, 5), "grade 2 lies between two that are in"


def test_cuts_of_the_calibration_decode(tiny_bundle):
    calibration = Calibration("none", 1.0, (), (None,) * 5, 0.9, (0.9, 0.5, 0.1, 0.1), 40, 200)
    facts = replace(tiny_facts([network(1, 5)], "integral"), calibration=calibration, decoding="cuts")
    outputs = np.array([[[0.15, 0.05, 0.7, 0.05, 0.05], [0.05, 0.05, 0.75, 0.1, 0.05]]])
    assert [one.grade for one in grades(outputs, facts, None)] == [2, 4]
    bundle = open_bundle(tiny_bundle)
    with pytest.raises(BundleError, match="holds none"):
        Grader(replace(bundle, facts=replace(bundle.facts, decoding="cuts")))


def test_a_fractional_grade_is_rounded_to_the_integral_one():
    facts = tiny_facts([network(1, 13)])
    outputs = np.zeros((2, 1, 13))
    outputs[:, 0, 5] = 1  # 2.7
    (found,) = grades(outputs, facts, None)
    assert (found.grade, found.fractional, found.probabilities, found.set) == (3, 2.7, (0, 0, 1, 0, 0), ())
