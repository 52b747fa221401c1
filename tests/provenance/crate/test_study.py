import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from discgrade.settings.groups.attribution import Dataset, Person, Provenance

pytest.importorskip("rocrate", reason="rocrate is not installed")

PROVENANCE = Provenance(
    title="A study in miniature",
    people=(Person("Ada Muster", "https://orcid.org/0000-0002-1825-0097", "Somewhere"),),
    license="https://creativecommons.org/licenses/by/4.0/",
    ethics="Board of Somewhere, vote 12/2020",
    dataset=Dataset("Spines", description="MRI", url="https://example.org/spines"),
)


@pytest.fixture
def crate(results):
    from discgrade.provenance.crate.study import write_crate

    destination = results / "provenance" / "ro-crate-metadata.json"
    write_crate(results=results, study="toy", provenance=PROVENANCE, destination=destination)
    return destination


@pytest.fixture
def entities(crate):
    return {entity["@id"]: entity for entity in json.loads(crate.read_text())["@graph"]}


def of_type(entities, kind):
    return [entity for entity in entities.values() if kind in entity["@type"]]


def test_the_root_names_people_licence_vote_and_dataset(entities):
    root = entities["./"]
    assert root["name"] == "A study in miniature"
    assert entities[root["author"][0]["@id"]]["name"] == "Ada Muster"
    assert root["license"] == {"@id": "https://creativecommons.org/licenses/by/4.0/"}
    assert entities["#ethics-vote"]["value"] == "Board of Somewhere, vote 12/2020"
    assert entities[root["isBasedOn"]["@id"]]["name"] == "Spines"
    assert {"@id": "https://w3id.org/ro/wfrun/provenance/0.5"} in root["conformsTo"]


def test_a_study_that_says_nothing_of_itself_is_called_by_its_name(results):
    from discgrade.provenance.crate.study import write_crate

    destination = results / "provenance" / "ro-crate-metadata.json"
    write_crate(results=results, study="toy", provenance=Provenance(), destination=destination)
    entities = {entity["@id"]: entity for entity in json.loads(destination.read_text())["@graph"]}
    assert entities["./"]["name"] == "discgrade study toy"
    assert not {"author", "additionalProperty", "isBasedOn"} & set(entities["./"])
    assert entities["#no-license"]["name"].startswith("No licence was stated")


def test_every_job_is_an_action_with_its_tool_inputs_and_outputs(entities):
    actions = {action["@id"]: action for action in of_type(entities, "CreateAction")}
    assert len(actions) == 15  # 14 jobs and the run
    training = actions["#job-train/variant%3Dmae%2Csplit%3Dholdout"]
    assert training["instrument"] == {"@id": "#script-train"}
    assert {"@id": "../discs.parquet"} in training["object"]
    assert {"@id": "../runs/mae/24px/share-1/holdout/seed-1/model.keras"} in training["result"]
    assert training["startTime"] < training["endTime"]


def test_every_reference_is_resolved(entities):
    def references(value):
        if isinstance(value, dict):
            yield from ([value["@id"]] if value.keys() == {"@id"} else [])
            for part in value.values():
                yield from references(part)
        elif isinstance(value, list):
            for part in value:
                yield from references(part)

    used = {name for entity in entities.values() for value in entity.values() for name in references(value)}
    outside = {name for name in used - entities.keys() if not name.startswith("https://")}
    assert outside == set()


def test_files_are_there_with_their_digests(entities, crate):
    for entity in of_type(entities, "File"):
        assert (crate.parent / entity["@id"].replace("%3D", "=").replace("%2C", ",")).is_file()
    assert len(entities["../scores.parquet"]["sha256"]) == 64


def test_the_workflow_itself_lies_beside_the_crate(entities, crate):
    assert entities["./"]["mainEntity"] == {"@id": "workflow/Snakefile"}
    assert (crate.parent / "workflow" / "rules" / "common.smk").is_file()


def test_the_same_records_give_the_same_bytes(crate, results):
    from discgrade.provenance.crate.study import write_crate

    before = crate.read_bytes()
    write_crate(results=results, study="toy", provenance=PROVENANCE, destination=crate)
    assert crate.read_bytes() == before


def test_rocrate_reads_it_back(crate):
    from rocrate.rocrate import ROCrate

    read = ROCrate(crate.parent)
    assert read.mainEntity["name"] == "discgrade"
    assert len(read.mainEntity["step"]) == 9


def test_a_study_without_records_is_refused(tmp_path):
    from discgrade.provenance.crate.study import write_crate

    with pytest.raises(ValueError, match="no job records to describe"):
        write_crate(
            results=tmp_path, study="toy", provenance=PROVENANCE, destination=tmp_path / "ro-crate-metadata.json"
        )


@pytest.mark.ci
def test_runcrate_reports_every_job(crate, tmp_path):
    environment = tmp_path / "runcrate"
    venv.create(environment)
    install = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "runcrate==0.6.2"]
    subprocess.run([*install, "--python", environment / "bin" / "python"], check=True)
    command = [environment / "bin" / "runcrate", "report", crate.parent]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert report.count("action: #job-") == 14
    assert "../tables/table2.csv <- #table2-csv" in report
    assert str(Path.home()) not in report
