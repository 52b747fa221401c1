"""From the raters' page to a study: the phantom is read on the page, and its readings run through the workflow."""

import csv
from collections import defaultdict

import pytest
import yaml
from rating_study import Study

from discgrade import records
from discgrade.imaging.box import Box
from discgrade.rating.queue import Rater
from discgrade.records.cohort.discs import DISCS
from discgrade.settings.groups.rating import Rating

pytestmark = pytest.mark.slow

MAIN, SECOND = "Dr. Ilse Brandwein", "Dr. Koloman Tarnay"


@pytest.fixture(scope="module")
def sheet(smoke):
    """Readings of the phantom's own sheet, by rater, reading, image and level."""
    with (smoke / "private" / "smoke" / "source" / "ratings.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    found = defaultdict(dict)
    for row in rows:
        found[row["rater"], int(row["reading"])][row["sop_instance_uid"], row["level"]] = row
    return found


@pytest.fixture(scope="module")
def rated(smoke, sheet, tmp_path_factory):
    """A rating study in which both raters have read the phantom as the sheet says, the main one a part of it again."""
    scans = smoke / "private" / "smoke" / "source" / "dicom"
    settings = Rating(reread=1.0, second_rater=1.0)
    people = (Rater(MAIN), Rater(SECOND, "second"))
    study = Study(scans, tmp_path_factory.mktemp("rated") / "private", settings, people)
    read(study, 0, sheet[MAIN, 1])
    read(study, 1, sheet[SECOND, 1])
    study.clock.forward(days=28)
    read(study, 0, sheet[MAIN, 2])
    study.stop()
    return study


def read(study, rater, rows):
    """Read all that a rater is offered now: what the rows hold, and nothing else."""
    page = study.page(rater, take=True)
    while (resume := page.worklist()["resume"]) is not None:
        item = resume["item"]
        scan = study.desk.studies[study.desk.work(study.raters[rater].name, item).study]
        for disc in page.get(f"/api/items/{item}").json["reading"]["discs"]:
            row = next((rows[uid, disc["level"]] for uid, _ in scan.places if (uid, disc["level"]) in rows), None)
            if row is None:
                assert page.act(item, "ungradable", disc=disc["disc"], reason="artefact").status == 200
                continue
            series, number = scan.places[row["sop_instance_uid"], 1]
            stack = scan.stacks[series]
            stored = Box(*(float(row[name]) for name in ("x", "y", "width", "height")))
            box = stack.turn.box(stored, stack.slices[number].rows, stack.slices[number].columns)
            assert page.act(item, "box", disc=disc["disc"], series=series, slice=number, **vars(box)).status == 200
            assert page.act(item, "grade", disc=disc["disc"], grade=float(row["grade"]), seconds=5).status == 200


@pytest.fixture
def project_of(project, rated):
    """A project with a study of the readings."""
    cohort = {"source": "rating", "dicom": str(rated.scans), "ratings": str(rated.folder), "shards": 2}
    smoke = yaml.safe_load((project / "studies" / "smoke.yaml").read_text())
    smoke["cohort"] |= cohort
    (project / "studies" / "rated.yaml").write_text(yaml.safe_dump(smoke | {"study": "rated"}))
    return project


def test_the_sheet_holds_every_reading_of_the_page(rated, sheet, tmp_path):
    from discgrade.rating.exporting import export_study

    export_study(rated.folder, tmp_path / "s.csv", rated.settings)
    with (tmp_path / "s.csv").open(newline="", encoding="utf-8") as text:
        made = {
            (row["rater"], int(row["reading"]), row["sop_instance_uid"], row["level"]): row
            for row in csv.DictReader(text)
        }
    wanted = {(*who, *disc): row for who, rows in sheet.items() for disc, row in rows.items()}
    assert made.keys() == wanted.keys()
    for key, row in wanted.items():
        assert made[key]["patient_id"] == row["patient_id"]
        for name in ("x", "y", "width", "height", "grade"):
            assert float(made[key][name]) == float(row[name])


def test_the_readings_run_through_the_workflow_and_a_new_one_makes_its_own_shard_anew(
    project_of, rated, smoke, run_snakemake
):
    instances = [f"results/rated/instances/0{shard}.parquet" for shard in (0, 1)]
    targets = "results/rated/splits.parquet", "results/rated/samples/24px/00.parquet", "private/rated/readings.csv"
    overlay = ("--configfile", "studies/rated.yaml")
    result = run_snakemake(project_of, *targets, *overlay)
    assert result.returncode == 0, result.stderr[-1500:]
    mine = records.read(project_of / "results" / "rated" / "discs.parquet", DISCS).to_pandas()
    theirs = records.read(smoke / "results" / "smoke" / "discs.parquet", DISCS).to_pandas()
    assert sorted(mine["grade"]) == sorted(theirs["grade"])
    methods = (project_of / "private" / "rated" / "readings.methods.md").read_text()
    assert "2 raters" in methods

    again = run_snakemake(project_of, "-n", *targets, *instances, *overlay)
    assert "Nothing to be done" in again.stdout + again.stderr
    rated.start()
    page = rated.page(0, take=True)
    while page.step("undo").json["kind"] != "grade":
        pass
    rated.stop()
    planned = run_snakemake(project_of, "-n", *instances, targets[-1], *overlay)
    said = planned.stdout + planned.stderr
    assert said.count("rule deidentify:") == 1
    assert said.count("rule export_readings:") == 1
