"""A study's job records as a Workflow Run RO-Crate (Provenance Run Crate 0.5), for archives and other people's tools.

The crate lies in `results/<study>/provenance/`, so the study's files are `../` from there. `runcrate report` lists it.
Profile: https://w3id.org/ro/wfrun/provenance/0.5
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.model.file import File
from rocrate.rocrate import ROCrate

import discgrade
from discgrade.provenance.chain import FOLDER, Chain, Record, output_of, read_chain
from discgrade.provenance.digests import SOURCE, content_digest
from discgrade.provenance.verify import SHOWN
from discgrade.records import replacing

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".keras": "application/zip",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".tex": "application/x-tex",
}
KIND = "SoftwareApplication"
BYTE = "http://qudt.org/vocab/unit/BYTE"
NO_LICENSE = "No licence was stated: all rights reserved"

Entity = Any
Config = Mapping[str, Any]


def write_crate(*, results: Path, config: Config, destination: Path) -> None:
    """Write the RO-Crate of a study from its job records, and a copy of the workflow beside it.

    Args:
        results: The study's folder.
        config: The study's config; `provenance` names people, licence, ethics vote and dataset.
        destination: `results/<study>/provenance/ro-crate-metadata.json`.

    Raises:
        ValueError: if the study has no records.
    """
    chain = read_chain(results)
    if not chain.records:
        raise ValueError(f"{results}: no job records to describe. It should hold {FOLDER}/<rule>/*.json")
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(TERMS)
    records = dict(sorted(chain.records.items(), key=lambda item: (item[1]["ended"], item[0])))
    people = _describe_study(crate, config, max(record["ended"] for record in records.values()))
    workflow = _add_workflow(crate, destination.parent / "workflow")
    tools = _add_tools(crate, workflow, records)
    files = _add_files(crate, chain, records)
    jobs = [_add_job(crate, name, record, tools, files) for name, record in records.items()]
    run, engine = _add_run(crate, workflow, jobs, records, files)
    if people:
        for action in (run, engine, *(job for job, _ in jobs)):
            action["agent"] = people
    with replacing(destination) as partial:
        partial.write_text(json.dumps(crate.metadata.generate(), indent=1) + "\n")


def _add(crate: ROCrate, identifier: str, kind: str | list[str], **properties: Any) -> Entity:  # noqa: ANN401
    """Add a contextual entity once; properties that are None are left out."""
    known = crate.get(identifier)
    given = {key: value for key, value in properties.items() if value is not None}
    return known or crate.add(ContextEntity(crate, identifier, properties={"@type": kind} | given))


def _describe_study(crate: ROCrate, config: Config, ended: str) -> list[Entity]:
    """Fill in the root: what, whose, under which licence and vote, from which data; return the people."""
    given = config.get("provenance") or {}
    root = crate.root_dataset
    root["name"] = given.get("title") or f"discgrade study {config['study']}"
    root["description"] = (
        "Pfirrmann grading of lumbar discs by a neural network: models, predictions, tables and figures, "
        "with a record of every job that made them"
    )
    root["datePublished"] = ended[:10]
    root["license"] = _add_license(crate, given.get("license"))
    root["conformsTo"] = [
        _add(crate, profile, "CreativeWork", name=name, version=profile.rsplit("/", 1)[1])
        for profile, name in PROFILES.items()
    ]
    people = [_add_person(crate, person) for person in given.get("people") or []]
    if people:
        root["author"] = people
    if given.get("ethics"):
        root["additionalProperty"] = _add(
            crate, "#ethics-vote", "PropertyValue", name="ethics vote", value=str(given["ethics"])
        )
    dataset = given.get("dataset") or {}
    if dataset.get("name"):
        details = {key: dataset.get(key) for key in ("name", "description", "url", "license")}
        root["isBasedOn"] = _add(crate, "#dataset", "CreativeWork", **details)
    return people


def _add_license(crate: ROCrate, license: str | None) -> Entity:
    return _add(
        crate, license or "#no-license", "CreativeWork", name=license or NO_LICENSE, description="of the results"
    )


def _add_person(crate: ROCrate, person: Mapping[str, str]) -> Entity:
    identifier = person.get("orcid") or f"#{quote(person['name'])}"
    affiliation = person.get("affiliation")
    place = _add(crate, f"#{quote(affiliation)}", "Organization", name=affiliation) if affiliation else None
    return _add(crate, identifier, "Person", name=person["name"], affiliation=place)


def _add_workflow(crate: ROCrate, folder: Path) -> Entity:
    """Copy the Snakefile and the rules beside the crate and add them as its main entity."""
    project = SOURCE.parent
    for path in [project / "Snakefile", *sorted((project / "rules").glob("*.smk"))]:
        target = folder / path.relative_to(project)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    kinds = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    properties = {"@type": kinds, "name": "discgrade", "version": discgrade.__version__, "input": [], "output": []}
    place = f"{folder.name}/Snakefile"
    return crate.add_workflow(dest_path=place, main=True, lang="snakemake", properties=properties)


def _add_tools(crate: ROCrate, workflow: Entity, records: Mapping[str, Record]) -> dict[str, tuple[Entity, Entity]]:
    """Add the script of each rule as a tool, and the rule as a step of the workflow, in the order in which they ran."""
    tools: dict[str, tuple[Entity, Entity]] = {}
    for record in records.values():
        rule = record["rule"]
        if rule not in tools:
            tool = _add_tool(crate, record)
            number = str(len(tools) + 1)
            tools[rule] = tool, _add(crate, f"#rule-{rule}", "HowToStep", name=rule, position=number, workExample=tool)
    workflow["hasPart"] = [tool for tool, _ in tools.values()]
    workflow["step"] = [step for _, step in tools.values()]
    return tools


def _add_tool(crate: ROCrate, record: Record) -> Entity:
    """Add a rule's script with the packages it loaded and what it is given and makes."""
    version = f"code SHA-256 {record['code']}"
    tool = _add(crate, f"#script-{record['rule']}", KIND, name=record["script"], softwareVersion=version)
    tool["softwareRequirements"] = [
        _add(crate, f"#package-{name}-{version}", KIND, name=name, softwareVersion=version)
        for name, version in record.get("packages", {}).items()
    ]
    tool["input"] = [
        *(_slot(crate, record, item["name"], "File") for item in record["inputs"]),
        *(_slot(crate, record, name, "Text") for name in record["params"]),
    ]
    tool["output"] = [_slot(crate, record, item["name"], "File") for item in record["outputs"]]
    return tool


def _slot(crate: ROCrate, record: Record, name: str, kind: str) -> Entity:
    """Return the formal parameter of a rule's named input, output or param."""
    identifier = f"#{record['rule']}-{name}"
    return crate.get(identifier) or crate.add_formal_parameter(name, kind, identifier=identifier)


def _add_files(crate: ROCrate, chain: Chain, records: Mapping[str, Record]) -> dict[str, Entity]:
    """Add every file of the study that a job made, by path, and every record as a file about its job."""
    files = {}
    for path, name in chain.makers.items():
        made = output_of(chain.records[name], path)
        properties = {
            "name": path,
            "contentSize": str(made["bytes"]),
            "sha256": made["sha256"],
            "encodingFormat": FORMATS.get(Path(path).suffix, "application/octet-stream"),
            "dateModified": chain.records[name]["ended"],
        }
        files[path] = crate.add(File(crate, dest_path=f"../{path}", properties=properties))
    for name in records:
        properties = {"name": f"job record {name}", "encodingFormat": "application/json"}
        crate.add(File(crate, dest_path=name, properties=properties | {"about": {"@id": _job(name)}}))
    return files


def _job(name: str) -> str:
    return f"#job-{quote(name.removesuffix('.json'))}"


def _add_job(
    crate: ROCrate,
    name: str,
    record: Record,
    tools: Mapping[str, tuple[Entity, Entity]],
    files: Mapping[str, Entity],
) -> tuple[Entity, Entity]:
    """Add one job: what its script read, was told and made, and the rule that started it."""
    tool, step = tools[record["rule"]]
    wildcards = ", ".join(f"{key} {value}" for key, value in record["wildcards"].items())
    title = f"{record['rule']} {wildcards}".strip()
    job = _add(crate, _job(name), "CreateAction", name=title, description=f"One job of the rule {record['rule']}")
    job["instrument"] = tool
    job["object"] = [*(_file(crate, record, item, files) for item in record["inputs"]), *_params(crate, record)]
    job["result"] = [_file(crate, record, item, files) for item in record["outputs"]]
    job["startTime"], job["endTime"] = record["started"], record["ended"]
    job["actionStatus"] = "http://schema.org/CompletedActionStatus"
    memory = {"name": "peak memory", "propertyID": "VmHWM", "value": str(record.get("peak_memory_bytes"))}
    job["resourceUsage"] = _add(crate, f"{job.id}-memory", "PropertyValue", unitCode=BYTE, **memory)
    control = _add(crate, f"{job.id}-control", "ControlAction", name=f"start of {title}", instrument=step, object=job)
    return job, control


def _file(crate: ROCrate, record: Record, item: Mapping[str, Any], files: Mapping[str, Entity]) -> Entity:
    """Return the entity of an input or output; what lies elsewhere is known by name and digest alone."""
    entity = files.get(item["path"]) if item["place"] == "study" else None
    if entity is None:
        name = f"{item['path']} (not part of the crate)"
        details = {"name": name, "sha256": item["sha256"], "contentSize": str(item["bytes"])}
        entity = _add(crate, f"#elsewhere-{item['sha256'][:16]}", "CreativeWork", **details)
    return _example(entity, _slot(crate, record, item["name"], "File"))


def _params(crate: ROCrate, record: Record) -> Iterator[Entity]:
    """Yield one entity a named param; jobs with the same value share it."""
    for name, value in record["params"].items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        entity = _add(crate, f"#param-{name}-{content_digest(value)[:16]}", "PropertyValue", name=name, value=text)
        yield _example(entity, _slot(crate, record, name, "Text"))


def _example(entity: Entity, slot: Entity) -> Entity:
    """Say that a value or file filled a formal parameter."""
    if slot not in entity.get("exampleOfWork", []):
        entity.append_to("exampleOfWork", slot)
    return entity


def _add_run(
    crate: ROCrate,
    workflow: Entity,
    jobs: Sequence[tuple[Entity, Entity]],
    records: Mapping[str, Record],
    files: Mapping[str, Entity],
) -> tuple[Entity, Entity]:
    """Add the run as a whole, from the first job to the last, and Snakemake, which organised it."""
    run = _add(crate, "#run", "CreateAction", name="run", description="The study, from the first job to the last")
    run["instrument"] = workflow
    sources = [(record, item) for record in records.values() for item in record["inputs"] if item["place"] != "study"]
    run["object"] = list(dict.fromkeys(_file(crate, record, item, files) for record, item in sources))
    run["result"] = [entity for path, entity in files.items() if path.startswith(SHOWN)]
    run["startTime"] = min(record["started"] for record in records.values())
    run["endTime"] = max(record["ended"] for record in records.values())
    version = list(records.values())[-1].get("packages", {}).get("snakemake")
    tool = _add(crate, "#snakemake", KIND, name="Snakemake", url="https://snakemake.github.io", softwareVersion=version)
    engine = _add(crate, "#organisation", "OrganizeAction", name="run of Snakemake", instrument=tool, result=run)
    engine["object"] = [control for _, control in jobs]
    crate.root_dataset["mentions"] = [engine, run, *(job for job, _ in jobs)]
    return run, engine
