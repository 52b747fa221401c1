"""A researcher's own folder and sheet: accepted as they are, or refused in one message that names every fault."""

import csv
import shutil

import pytest
import yaml
from snakemake_runs import executed

from discgrade import records
from discgrade.provenance.audit.verify import verify
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import REJECTED
from discgrade.records.cohort.samples import sample_schema

pytestmark = pytest.mark.slow


@pytest.fixture
def own(smoke, project, tmp_path):
    """A fresh project, a researcher's folder of scans, and a function that plans a study of them."""
    source = smoke / "private" / "smoke" / "source"
    shutil.copytree(source / "dicom", tmp_path / "scans")
    shutil.copy(source / "ratings.csv", tmp_path / "sheet.csv")
    return Own(project, tmp_path / "scans", tmp_path / "sheet.csv")


class Own:
    def __init__(self, project, scans, sheet):
        self.project, self.scans, self.sheet = project, scans, sheet
        overlay = {"study": "own", "cohort": {"source": "folder", "dicom": str(scans), "ratings": str(sheet)}}
        smoke = yaml.safe_load((project / "studies" / "smoke.yaml").read_text())
        overlay["cohort"] = smoke.pop("cohort") | overlay["cohort"]
        (project / "studies" / "own.yaml").write_text(yaml.safe_dump(smoke | overlay))

    def rows(self):
        with self.sheet.open(newline="", encoding="utf-8") as text:
            return list(csv.DictReader(text))

    def write(self, rows):
        with self.sheet.open("w", newline="", encoding="utf-8") as text:
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)

    @property
    def results(self):
        return self.project / "results" / "own"


def run(own, run_snakemake, *targets):
    return run_snakemake(own.project, *targets, "--configfile", "studies/own.yaml")


def test_the_own_folder_gives_the_cohort_of_the_phantom_once_whatever_else_lies_in_it(own, smoke, run_snakemake):
    folder = next(path for path in sorted(own.scans.iterdir()) if path.is_dir())
    image = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    (folder / "notes.txt").write_text("not DICOM")
    (folder / "truncated").write_bytes(image.read_bytes()[:4000])
    (folder / "again").write_bytes(image.read_bytes())
    targets = "results/own/splits.parquet", "results/own/samples/24px/00.parquet"
    result = run(own, run_snakemake, *targets)
    assert result.returncode == 0, result.stderr[-1500:]
    paths = sorted((own.results / "rejected").glob("*.parquet"))
    assert len(records.read_all(paths, REJECTED)) == 3
    mine = records.read(own.results / "discs.parquet", DISCS).to_pandas()
    theirs = records.read(smoke / "results" / "smoke" / "discs.parquet", DISCS).to_pandas()
    assert sorted(mine["grade"]) == sorted(theirs["grade"])
    assert set(mine["patient"]).isdisjoint(theirs["patient"])
    for path in [*own.scans.rglob("*"), own.sheet]:
        path.touch()
    touched = run(own, run_snakemake, "-n", *targets)
    assert "Nothing to be done" in touched.stdout + touched.stderr


def test_every_fault_of_a_sheet_is_in_one_message_and_no_value_of_a_person(own, run_snakemake):
    rows = own.rows()
    rows[0]["grade"] = "2.5"
    rows[1]["level"] = "L7/S1"
    rows[2]["width"] = "0"
    rows[3]["sop_instance_uid"] = "1.2.3.4"
    rows.append(rows[4] | {"grade": "1.0" if rows[4]["grade"] != "1.0" else "5.0"})
    rows[5]["cohort"] = "another"
    own.write(rows)
    result = run(own, run_snakemake, "results/own/discs.parquet")
    assert result.returncode == 1
    for line in ("row 2, grade", "row 3, level", "row 4, width", "row 5, sop_instance_uid", "grade", "cohort"):
        assert line in result.stderr, result.stderr[-3000:]
    assert "2.5" in result.stderr
    assert "L7/S1" in result.stderr
    assert "1.2.3.4" not in result.stderr
    assert rows[0]["patient_id"] not in result.stderr
    assert "1.2.3.4" in (own.project / "private" / "own" / "problems.csv").read_text()
    assert not (own.results / "export").exists() or not any((own.results / "export").rglob("*.dcm"))


def test_one_image_under_two_patients_is_refused(own, run_snakemake):
    import pydicom

    folders = [path for path in sorted(own.scans.iterdir()) if path.is_dir()]
    read = {row["sop_instance_uid"] for row in own.rows()}
    images = (pydicom.dcmread(path) for path in sorted(folders[0].rglob("*")) if path.is_file())
    image = next(image for image in images if image.SOPInstanceUID in read)
    for element in ("PatientID", "PatientName"):
        setattr(image, element, "SOMEBODY")
    for element in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(image, element, getattr(image, element) + "9")
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.save_as(folders[1] / "copy")
    result = run(own, run_snakemake, "results/own/discs.parquet")
    assert result.returncode == 1
    assert "share the pixels of 1 image" in result.stderr


def plan(own, run_snakemake):
    """What a dry run says."""
    done = run(own, run_snakemake, "-n")
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def change(own, section, **settings):
    path = own.project / "studies" / "own.yaml"
    overlay = yaml.safe_load(path.read_text())
    overlay[section] = overlay.get(section, {}) | settings
    path.write_text(yaml.safe_dump(overlay))


@pytest.mark.parametrize(
    ("section", "settings", "told"),
    [
        ("splits", {"folds": 50}, "splits.folds should be 0 or from 2 to the number of patients"),
        ("splits", {"shares": [1, 64]}, "splits.shares should each hold at least one of the 13 training patients"),
        ("cohort", {"reference": {"rater": "R7"}}, "cohort.reference.rater should be one of R1, R2. Received: R7"),
    ],
)
def test_what_the_sheet_cannot_give_is_refused_when_it_is_planned(own, run_snakemake, section, settings, told):
    change(own, section, **settings)
    code, said = plan(own, run_snakemake)
    assert code == 1
    assert told in said


def test_whole_grades_are_refused_when_the_study_is_planned_and_the_three_lines_are_told(own, run_snakemake):
    own.write([row | {"grade": str(round(float(row["grade"])))} for row in own.rows()])
    code, said = plan(own, run_snakemake)
    assert code == 1
    assert "grid:\n  default: integral\n  variants: [integral, mae]\n  folds: [integral]" in said
    change(own, "grid", default="integral", variants=["integral"], folds=["integral"])
    assert plan(own, run_snakemake)[0] == 0


def test_an_export_is_judged_when_the_study_is_planned(own, smoke, run_snakemake):
    export = own.project / "passed-on"
    for kind in ("instances", "rejected", "ratings", "excluded"):
        shutil.copytree(smoke / "results" / "smoke" / kind, export / kind)
    (export / "export").mkdir()
    change(own, "cohort", source="export", export=str(export), shards=2)
    assert plan(own, run_snakemake)[0] == 0
    change(own, "splits", shares=[1, 2, 64])
    assert "splits.shares should each hold at least one of the 13" in plan(own, run_snakemake)[1]
    change(own, "cohort", shards=3)
    assert "cohort.shards should be 2, as many as" in plan(own, run_snakemake)[1]
    shutil.rmtree(export / "excluded")
    code, said = plan(own, run_snakemake)
    assert code == 1
    assert "has no excluded: an earlier version made it" in said


def test_neither_shards_nor_cores_change_a_sample(project, smoke, run_snakemake):
    overlay = yaml.safe_load((project / "studies" / "smoke.yaml").read_text())
    overlay["cohort"]["shards"] = 3
    (project / "studies" / "smoke.yaml").write_text(yaml.safe_dump(overlay))
    targets = [
        "results/smoke/splits.parquet",
        *(f"results/smoke/samples/24px/{shard:02d}.parquet" for shard in range(3)),
    ]
    result = run_snakemake(project, *targets, "--configfile", "studies/smoke.yaml", cores=1)
    assert result.returncode == 0, result.stderr[-1500:]
    mine, theirs = project / "results" / "smoke", smoke / "results" / "smoke"
    assert (mine / "splits.parquet").read_bytes() == (theirs / "splits.parquet").read_bytes()
    assert samples_of(mine).equals(samples_of(theirs))


def samples_of(results):
    paths = sorted((results / "samples" / "24px").glob("*.parquet"))
    return records.read_all(paths, sample_schema(24)).sort_by([("disc", "ascending"), ("copy", "ascending")])


COHORT = [
    "results/own/tables/cohort.csv",
    "results/own/splits.parquet",
    *(f"results/own/samples/24px/{shard:02d}.parquet" for shard in range(2)),
]
SHARD = {"deidentify": 1, "extract_rois": 1, "augment": 1}
ONCE = {"select_discs": 1, "split": 1, "cohort": 1}


def hide_a_patient(own):
    """Take a patient out of folder and sheet; return a function that puts them back."""
    folder = sorted(own.scans.iterdir())[5]
    hidden = own.project.parent / folder.name
    rows = own.rows()
    folder.rename(hidden)
    own.write([row for row in rows if row["patient_id"] != folder.name.split("_")[0]])
    assert len(own.rows()) < len(rows)

    def put_back():
        hidden.rename(folder)
        own.write(rows)

    return put_back


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_new_patient_reruns_their_shard_and_what_the_whole_cohort_decides(own, run_snakemake):
    put_back = hide_a_patient(own)
    assert run(own, run_snakemake, *COHORT).returncode == 0
    before = contents(own.results)
    put_back()
    result = run(own, run_snakemake, *COHORT)
    assert result.returncode == 0, result.stderr[-1500:]
    assert executed(result) == SHARD | ONCE
    after = contents(own.results)
    changed = {path.stem for path in before if path.parent.name in ("rois", "24px") and before[path] != after[path]}
    assert len(changed) == 1


@pytest.mark.ci
def test_one_new_patient_in_a_finished_study(own, run_snakemake):
    overlay = yaml.safe_load((own.project / "studies" / "own.yaml").read_text())
    overlay["grid"] = {"variants": ["default", "mae"], "folds": []}
    overlay["splits"]["shares"] = [1]
    overlay["images"]["resolutions"] = []
    (own.project / "studies" / "own.yaml").write_text(yaml.safe_dump(overlay))
    targets = [f"results/own/{name}" for name in ("tables/table2.csv", "figures/figure2.pdf", "bundle.zip")]
    put_back = hide_a_patient(own)
    first = run(own, run_snakemake, *targets)
    assert first.returncode == 0, first.stderr[-1500:]
    put_back()
    second = run(own, run_snakemake, *targets)
    assert second.returncode == 0, second.stderr[-1500:]
    jobs = executed(first)
    assert jobs["train"] == 2
    assert jobs.pop("layout") == 1
    assert executed(second) == jobs | SHARD
    assert verify(own.results, scripts=own.project / "workflow_scripts").faults == []
