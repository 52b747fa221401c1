"""What the bundle of a study says: counted by hand, and compared with the study's own tables."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_study import draw, make_study, score, study_of
from tiny_bundle import network

from discgrade import records
from discgrade.grading.bundle.gathering import Tables, make_bundle
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.bundle.plan import bundle_plan
from discgrade.grading.bundle.scores import how
from discgrade.grading.judging.members import Ensemble
from discgrade.imaging.roi import Roi
from discgrade.imaging.sampling import AS_READ, Transform
from discgrade.records.cohort.regions import ROIS

RESOLUTION = 48
HEAD, DAY = "ab" * 32, "2026-01-31"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A scored study of 24 patients, four of them of another cohort, with a region for each disc."""
    study = make_study(tmp_path_factory.mktemp("study"), patients=20, external=4, again=60, second=20, copies=0)
    score(study)
    draw(study, draws=400)
    random = np.random.default_rng(1)
    discs = pd.read_parquet(study.discs)["disc"]
    pixels = random.integers(0, 65536, (60, 80)).astype(np.uint16)
    pixels.flat[:2] = 0, 65535
    rois = [Roi(pixels, 0.5, 0, 1, 0, 3.0).to_row(disc) for disc in discs]
    records.write(rois, ROIS, study.folder / "rois.parquet")
    return study


@pytest.fixture
def bundled(made, tmp_path):
    """A function that makes the study's bundle, and opens it."""

    def make(views=(AS_READ,), plan=None, calibration=None, **sections):
        # Whose networks go in is asked of the study that was made; what the card says may differ.
        plan = plan or bundle_plan(replace(made.study, **sections))
        networks = [tmp_path / f"{number}.onnx" for number in range(len(plan.files))]
        for number, path in enumerate(networks):
            path.write_bytes(network(number, 13, resolution=RESOLUTION))
        tables = {name: getattr(made, name) for name in ("discs", "splits", "ratings", "scores", "intervals")}
        make_bundle(
            tables=Tables(**tables, rois=[made.folder / "rois.parquet"], calibration=calibration, novelty=None),
            networks=networks,
            plan=plan,
            views=views,
            provenance=HEAD,
            created=DAY,
            folder=tmp_path / "bundle",
            archive=tmp_path / "bundle.zip",
        )
        return open_bundle(tmp_path / "bundle.zip")

    return make


def holdout(made):
    return {"bundle": replace(made.study.bundle, members="holdout")}


def test_the_networks_of_all_folds_go_in(bundled):
    facts = bundled().facts
    assert [member.file for member in facts.members] == [
        "members/default-fold-01-seed-1.onnx",
        "members/default-fold-02-seed-1.onnx",
    ]
    assert [member.run for member in facts.members][1] == "default/48px/share-1/fold-02/seed-1"
    assert (facts.scale, facts.decoding, facts.provenance, facts.created) == ("fractional", "argmax", HEAD, DAY)


def test_what_was_made_runs(bundled):
    found = Ensemble(bundled()).outputs(np.zeros((2, RESOLUTION, RESOLUTION), np.uint16), ["L4/L5", "L5/S1"])
    assert found.members.shape == (2, 2, 13)


def test_the_one_of_the_holdout_split_goes_in(bundled, made):
    facts = bundled(**holdout(made)).facts
    assert [member.split for member in facts.members] == ["holdout"]


@pytest.mark.parametrize("members", ["folds", "holdout"])
def test_scores_are_those_of_the_tables(bundled, made, members):
    facts = bundled(bundle=replace(made.study.bundle, members=members)).facts
    chosen = f"variant == 'default' and resolution == 48 and share == 1 and split == {members!r} and seed == -1"
    tables = [pd.read_parquet(path).query(f"{chosen} and scope == 'all'") for path in (made.scores, made.intervals)]
    found = {one.metric: one for one in facts.scores if "cohort" not in one.how}
    kappa, bounds = (table[table["metric"] == "kappa_linear"].iloc[0] for table in tables)
    assert found["kappa_linear"].value == kappa["value"]
    assert (found["kappa_linear"].low, found["kappa_linear"].high) == (bounds["lower"], bounds["upper"])
    assert found["kappa_linear"].n == kappa["n"] == (100 if members == "folds" else 25)
    assert found.keys() == {"kappa_linear", "accuracy", "within_one", "mae", "bias", "pearson_r", "mcc"}


def test_a_score_says_on_what_it_was_obtained(bundled, made):
    (how,) = {one.how for one in bundled().facts.scores}
    assert how.startswith("out-of-fold predictions of single members, 2 folds pooled")
    assert how.endswith("the mean of all networks, which the bundle gives, is not scored")
    first, other = dict.fromkeys(one.how for one in bundled(**holdout(made)).facts.scores)
    assert first == "hold-out test set: patients that nothing in the bundle was trained on"
    assert other == "another cohort, none of whose patients was trained on"


@pytest.mark.parametrize(
    ("score", "views", "words"),
    [
        ("as_read", 1, "is not scored"),
        ("averaged", None, "is not scored"),
        ("averaged", 2, "; scored with 5 views of each disc, while the bundle averages 2"),
        ("augmented", None, "; scored on augmented copies of each disc, while the bundle sees it as read"),
    ],
)
def test_a_score_says_where_discs_are_seen_another_way(made, score, views, words):
    plan = bundle_plan(made.study)
    plan = replace(plan, protocol=replace(plan.protocol, score=score), settings=replace(plan.settings, views=views))
    assert plan.augmentation.copies == 4
    assert how(plan).endswith(words)


def test_an_ensemble_says_how_many_graded_a_disc(made):
    plan = bundle_plan(made.study)
    runs = tuple(replace(run, variant=name) for run in plan.runs for name in ("default", "other"))
    told = how(replace(plan, runs=runs, ensemble=True))
    assert "2 members at a time, 2 folds pooled: each disc graded by the mean of the 2 networks that had not" in told


def test_another_decoding_of_single_networks_is_said_to_be_of_single_ones(made):
    assert "of single members" in how(replace(bundle_plan(made.study), ensemble=True))


def test_several_seeds_give_the_mean_of_their_scores(made):
    plan = bundle_plan(made.study)
    runs = tuple(replace(run, seed=seed) for run in plan.runs for seed in (1, 2, 3))
    assert "single members, the mean of the scores of 3 seeds, 2 folds pooled" in how(replace(plan, runs=runs))


def test_the_noise_ceiling_is_that_of_the_tables(bundled, made):
    scores = pd.read_parquet(made.scores)
    row = scores[(scores["variant"] == "noise_ceiling") & (scores["metric"] == "kappa_linear")]
    row = row[(row["scope"] == "all") & row["grade"].isna()].iloc[0]
    ceiling = bundled().facts.noise_ceiling[0]
    assert (ceiling.metric, ceiling.value, ceiling.n) == ("kappa_linear", row["value"], row["n"])


def test_all_that_was_trained_on_is_counted_and_no_more(bundled, made):
    discs = pd.read_parquet(made.discs)
    own = discs[discs["cohort"] != "external"]
    training = bundled().facts.training
    assert (training.patients, training.discs, training.readers) == (20, 100, 1)
    grades = own["grade"].value_counts().sort_index()
    assert training.grades == {f"{grade:g}": count for grade, count in grades.items()}
    assert list(training.levels) == ["L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1"]
    assert training.manufacturers == {"Philips": 30, "Siemens": 35, "unknown": 35}
    assert training.field_strengths == {"1.5": 50, "3": 50}
    assert training.sexes == {"F": 10, "M": 10}
    assert (training.ages.low, training.ages.median, training.ages.high) == (30, 39.5, 49)


def test_a_holdout_bundle_counts_its_training_part(bundled, made):
    splits = pd.read_parquet(made.splits)
    trained = splits[(splits["split"] == "holdout") & (splits["part"] == "train")]
    assert bundled(**holdout(made)).facts.training.patients == len(trained) == 15


def test_regions_are_measured_upright_in_mm(bundled):
    regions = bundled().facts.training.regions
    assert (regions.width.low, regions.width.high, regions.height.high) == (40, 40, 30)
    assert (regions.aspect.low, regions.spacing.low, regions.obliquity.high) == (1.3333, 0.5, 3)
    assert regions.contrast.low == pytest.approx(0.9, abs=0.01)


def test_of_headers_that_were_made_up_nothing_is_told(bundled, made):
    facts = bundled(bundle=replace(made.study.bundle, headers=False)).facts
    training, regions = facts.training, facts.training.regions
    assert training.manufacturers == training.field_strengths == {"unknown": 100}
    assert training.sexes == {"unknown": 20}
    assert (training.ages, regions.width, regions.height, regions.spacing, regions.obliquity) == (None,) * 5
    assert regions.aspect.low == 1.3333
    assert "Nothing is known of the scanners, of the patients' age and sex, and of lengths in mm." in facts.limits


def test_what_the_study_tells_of_its_limits(bundled, made):
    settings = replace(made.study.bundle, limits=("One hospital.",))
    limits = bundled(bundle=settings).facts.limits
    assert limits[0] == "Its reference grades are one rater's: it repeats that rater's habits."
    assert limits[-1] == "One hospital."
    assert "Its scans and readings are invented: it must not be used on patients' scans." in limits
    assert any(limit.startswith("Of some grades it has seen few discs: ") for limit in limits)
    assert "Of 35 of its 100 discs the scanner is unknown." in limits


def test_views_are_kept(bundled):
    views = (AS_READ, Transform(flip=True, angle=3.25, gamma=1.5))
    assert bundled(views=views).facts.preprocessing.views == views


def test_calibration_is_read_without_its_version(bundled, tmp_path):
    fitted = {
        "version": 1, "method": "temperature", "temperature": 1.5, "knots": [], "coverage": 0.9, "cuts": None,
        "thresholds": [None, 0.9, 0.9, 0.9, None], "patients": 20, "discs": 100,
    }  # fmt: skip
    (tmp_path / "calibration.json").write_text(json.dumps(fitted))
    facts = bundled(calibration=tmp_path / "calibration.json").facts
    assert facts.calibration.temperature == 1.5
    assert facts.calibration.thresholds == (None, 0.9, 0.9, 0.9, None)


def test_decoding_by_cuts_needs_cuts(bundled, made):
    with pytest.raises(ValueError, match="decoding is by cuts, but there are none"):
        bundled(plan=replace(bundle_plan(made.study), decoding="cuts"))


def test_nobody_can_be_told_from_it(bundled, made, tmp_path):
    bundled()
    people = set(pd.read_parquet(made.discs)["patient"]) | set(pd.read_parquet(made.discs)["disc"])
    for path in (tmp_path / "bundle").rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [name for name in people if name.encode() in content]


def test_the_same_study_gives_the_same_bytes(bundled, tmp_path):
    bundled()
    first = (tmp_path / "bundle.zip").read_bytes()
    bundled()
    assert (tmp_path / "bundle.zip").read_bytes() == first


def test_what_lay_in_the_folder_goes(bundled, made, tmp_path):
    bundled(**holdout(made))
    assert (tmp_path / "bundle" / "members" / "default-holdout-seed-1.onnx").exists()
    bundled()
    found = {path.name for path in (tmp_path / "bundle" / "members").iterdir()}
    assert found == {"default-fold-01-seed-1.onnx", "default-fold-02-seed-1.onnx"}


def test_a_variant_outside_the_folds_gives_its_holdout_network():
    study = study_of(
        variants={"one": {"loss": "soft_kappa", "scale": "fractional"}},
        grid={"default": "one", "variants": None, "folds": []},
    )
    assert bundle_plan(study).files == ("members/one-holdout-seed-1.onnx",)
