"""A study's job records as a Workflow Run RO-Crate (Provenance Run Crate 0.5), for archives and other people's tools.

The crate lies in `results/<study>/provenance/`, so the study's files are `../` from there. `runcrate report` lists it.
Profile: https://w3id.org/ro/wfrun/provenance/0.5
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from rocrate.rocrate import ROCrate

import discgrade
from discgrade.provenance.chain import FOLDER, SHOWN, Record, read_chain
from discgrade.provenance.crate.jobs import TOOL, Entity, add, add_files, add_job, add_tools, file
from discgrade.provenance.digests import SOURCE
from discgrade.records import replacing
from discgrade.settings.groups.attribution import Person, Provenance
from discgrade.settings.plain import plain

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
NO_LICENSE = "No licence was stated: all rights reserved"


def write_crate(*, results: Path, study: str, provenance: Provenance, destination: Path) -> None:
    """Write the RO-Crate of the jobs behind a study's tables and figures, and a copy of the workflow beside it.

    Args:
        results: The study's folder.
        study: The study's name.
        provenance: Its title, people, licence, ethics vote and dataset.
        destination: `results/<study>/provenance/ro-crate-metadata.json`.

    Raises:
        ValueError: if the study has no records.
    """
    chain = read_chain(results)
    if not chain.records:
        raise ValueError(f"{results}: no job records to describe. It should hold {FOLDER}/<rule>/*.json")
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(TERMS)
    order = sorted(chain.shown(), key=lambda name: (chain.records[name]["ended"], name))
    records = {name: chain.records[name] for name in order}
    title = provenance.title or f"discgrade study {study}"
    people = _describe_study(crate, title, provenance, max(record["ended"] for record in records.values()))
    workflow = _add_workflow(crate, destination.parent / "workflow")
    tools = add_tools(crate, workflow, records)
    files = add_files(crate, chain, records)
    jobs = [add_job(crate, name, record, tools, files) for name, record in records.items()]
    run, engine = _add_run(crate, workflow, jobs, records, files)
    if people:
        for action in (run, engine, *(job for job, _ in jobs)):
            action["agent"] = people
    with replacing(destination) as partial:
        partial.write_text(json.dumps(crate.metadata.generate(), indent=1) + "\n")


def _describe_study(crate: ROCrate, title: str, provenance: Provenance, ended: str) -> list[Entity]:
    """Fill in the root: what, whose, under which licence and vote, from which data; return the people."""
    root = crate.root_dataset
    root["name"] = title
    root["description"] = (
        "Pfirrmann grading of lumbar discs by a neural network: models, predictions, tables and figures, "
        "with a record of every job that made them"
    )
    root["datePublished"] = ended[:10]
    root["license"] = _add_license(crate, provenance.license)
    root["conformsTo"] = [
        add(crate, profile, "CreativeWork", name=name, version=profile.rsplit("/", 1)[1])
        for profile, name in PROFILES.items()
    ]
    people = [_add_person(crate, person) for person in provenance.people]
    if people:
        root["author"] = people
    if provenance.ethics:
        root["additionalProperty"] = add(
            crate, "#ethics-vote", "PropertyValue", name="ethics vote", value=provenance.ethics
        )
    if provenance.dataset:
        root["isBasedOn"] = add(crate, "#dataset", "CreativeWork", **plain(provenance.dataset))
    return people


def _add_license(crate: ROCrate, license: str | None) -> Entity:
    return add(
        crate, license or "#no-license", "CreativeWork", name=license or NO_LICENSE, description="of the results"
    )


def _add_person(crate: ROCrate, person: Person) -> Entity:
    place = None
    if person.affiliation:
        place = add(crate, f"#{quote(person.affiliation)}", "Organization", name=person.affiliation)
    return add(crate, person.orcid or f"#{quote(person.name)}", "Person", name=person.name, affiliation=place)


def _add_workflow(crate: ROCrate, folder: Path) -> Entity:
    """Copy the Snakefile and the rules beside the crate and add them as its main entity."""
    project = SOURCE.parent
    for path in [project / "Snakefile", *sorted((project / "rules").glob("*.smk"))]:
        target = folder / path.relative_to(project)
        with replacing(target) as partial:
            shutil.copyfile(path, partial)
    kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    properties = {"@type": kinds, "name": "discgrade", "version": discgrade.__version__, "input": [], "output": []}
    place = f"{folder.name}/Snakefile"
    return crate.add_workflow(dest_path=place, main=True, lang="snakemake", properties=properties)


def _add_run(
    crate: ROCrate,
    workflow: Entity,
    jobs: Sequence[tuple[Entity, Entity]],
    records: Mapping[str, Record],
    files: Mapping[str, Entity],
) -> tuple[Entity, Entity]:
    """Add the run as a whole, from the first job to the last, and Snakemake, which organised it."""
    run = add(crate, "#run", "CreateAction", name="run", description="The study, from the first job to the last")
    run["instrument"] = workflow
    sources = [(record, item) for record in records.values() for item in record["inputs"] if item["place"] != "study"]
    run["object"] = list(dict.fromkeys(file(crate, record, item, files) for record, item in sources))
    run["result"] = [entity for path, entity in files.items() if path.startswith(SHOWN)]
    run["startTime"] = min(record["started"] for record in records.values())
    run["endTime"] = max(record["ended"] for record in records.values())
    version = list(records.values())[-1].get("packages", {}).get("snakemake")
    tool = add(crate, "#snakemake", TOOL, name="Snakemake", url="https://snakemake.github.io", softwareVersion=version)
    engine = add(crate, "#organisation", "OrganizeAction", name="run of Snakemake", instrument=tool, result=run)
    engine["object"] = [control for _, control in jobs]
    crate.root_dataset["mentions"] = [engine, run, *(job for job, _ in jobs)]
    return run, engine
