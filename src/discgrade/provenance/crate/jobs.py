"""The jobs of a study as entities of an RO-Crate: scripts, files, params, and the actions that used and made them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rocrate.model.contextentity import ContextEntity
from rocrate.model.file import File
from rocrate.rocrate import ROCrate

from discgrade.provenance.chain import Chain, Record, output_of
from discgrade.provenance.digests import content_digest

TOOL = "SoftwareApplication"
BYTE = "http://qudt.org/vocab/unit/BYTE"
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

Entity = Any


def add(crate: ROCrate, identifier: str, kind: str | list[str], **properties: Any) -> Entity:  # noqa: ANN401
    """Add a contextual entity once; properties that are None are left out."""
    known = crate.get(identifier)
    given = {key: value for key, value in properties.items() if value is not None}
    return known or crate.add(ContextEntity(crate, identifier, properties={"@type": kind} | given))


def add_tools(crate: ROCrate, workflow: Entity, records: Mapping[str, Record]) -> dict[str, tuple[Entity, Entity]]:
    """Add the script of each rule as a tool, and the rule as a step of the workflow, in the order in which they ran."""
    tools: dict[str, tuple[Entity, Entity]] = {}
    for record in records.values():
        rule = record["rule"]
        if rule not in tools:
            tool = _add_tool(crate, record)
            number = str(len(tools) + 1)
            tools[rule] = tool, add(crate, f"#rule-{rule}", "HowToStep", name=rule, position=number, workExample=tool)
    workflow["hasPart"] = [tool for tool, _ in tools.values()]
    workflow["step"] = [step for _, step in tools.values()]
    return tools


def _add_tool(crate: ROCrate, record: Record) -> Entity:
    """Add a rule's script with the packages it loaded and what it is given and makes."""
    version = f"code SHA-256 {record['code']}"
    tool = add(crate, f"#script-{record['rule']}", TOOL, name=record["script"], softwareVersion=version)
    tool["softwareRequirements"] = [
        add(crate, f"#package-{name}-{version}", TOOL, name=name, softwareVersion=version)
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


def add_files(crate: ROCrate, chain: Chain, records: Mapping[str, Record]) -> dict[str, Entity]:
    """Add every file of the study that a job made, by path, and every record as a file about its job."""
    files = {}
    for path, name in chain.makers.items():
        if name not in records:
            continue
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


def add_job(
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
    job = add(crate, _job(name), "CreateAction", name=title, description=f"One job of the rule {record['rule']}")
    job["instrument"] = tool
    job["object"] = [*(file(crate, record, item, files) for item in record["inputs"]), *_params(crate, record)]
    job["result"] = [file(crate, record, item, files) for item in record["outputs"]]
    job["startTime"], job["endTime"] = record["started"], record["ended"]
    job["actionStatus"] = "http://schema.org/CompletedActionStatus"
    memory = {"name": "peak memory", "propertyID": "VmHWM", "value": str(record.get("peak_memory_bytes"))}
    job["resourceUsage"] = add(crate, f"{job.id}-memory", "PropertyValue", unitCode=BYTE, **memory)
    control = add(crate, f"{job.id}-control", "ControlAction", name=f"start of {title}", instrument=step, object=job)
    return job, control


def file(crate: ROCrate, record: Record, item: Mapping[str, Any], files: Mapping[str, Entity]) -> Entity:
    """Return the entity of an input or output; what lies elsewhere is known by name and digest alone."""
    entity = files.get(item["path"]) if item["place"] == "study" else None
    if entity is None:
        name = f"{item['path']} (not part of the crate)"
        details = {"name": name, "sha256": item["sha256"], "contentSize": str(item["bytes"])}
        entity = add(crate, f"#elsewhere-{item['sha256'][:16]}", "CreativeWork", **details)
    return _example(entity, _slot(crate, record, item["name"], "File"))


def _params(crate: ROCrate, record: Record) -> Iterator[Entity]:
    """Yield one entity a named param; jobs with the same value share it."""
    for name, value in record["params"].items():
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        entity = add(crate, f"#param-{name}-{content_digest(value)[:16]}", "PropertyValue", name=name, value=text)
        yield _example(entity, _slot(crate, record, name, "Text"))


def _example(entity: Entity, slot: Entity) -> Entity:
    """Say that a value or file filled a formal parameter."""
    if slot not in entity.get("exampleOfWork", []):
        entity.append_to("exampleOfWork", slot)
    return entity
