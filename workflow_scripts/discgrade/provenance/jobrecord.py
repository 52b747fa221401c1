"""The record of one job: what it was given, what it made, with which code, where and when.

A record is `results/<study>/provenance/<rule>/<wildcards>.json`. It holds no identity and no absolute path: files of
the study are named relative to its folder, files of the project relative to the project, and everything else (what
lies under private/ or outside the project) by the name that the rule gives it. It ends with a digest over itself.
"""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from discgrade import records
from discgrade.provenance import machine
from discgrade.provenance.digests import code_digest, file_digest

if TYPE_CHECKING:
    from snakemake.iocontainers import Namedlist, Snakemake

Record = dict[str, Any]

FOLDER = "provenance"
RESULTS = "results"
WITHHELD = "(withheld)"


def study_folder(job: "Snakemake") -> Path:
    """Return the folder of everything that the job's study writes, relative to the project's folder."""
    return Path(RESULTS, str(job.config["study"]))


def record_path(job: "Snakemake") -> Path:
    """Return where the job's record belongs: by rule and wildcards, or `output.record` if the rule declares it.

    Rules should not declare it: Snakemake removes declared outputs before a job starts again, and with them the earlier
    record, which `finish` reads.
    """
    declared = job.output.get("record")
    if declared:
        return Path(declared)
    wildcards = {name: value for name, value in job.wildcards.items() if name != "study"}
    stem = ",".join(f"{name}={quote(str(value), safe='')}" for name, value in wildcards.items()) or "job"
    return study_folder(job) / FOLDER / str(job.rule) / f"{stem}.json"


def content_digest(content: object) -> str:
    """Return the SHA-256 of a JSON value, written in one canonical way."""
    return sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), default=str).encode()).hexdigest()


def self_digest(record: Mapping[str, Any]) -> str:
    """Return the digest that a record should carry: over all of it but the digest."""
    return content_digest({key: value for key, value in record.items() if key != "digest"})


def begin(job: "Snakemake", script: Path, seed: int | None) -> Record:
    """Describe a job before its work: its code, config, inputs and their producers' records.

    Args:
        job: The `snakemake` object of the script.
        script: The script's file in the checkout.
        seed: Seed of the job; by default its param or wildcard of that name.

    Raises:
        ValueError: if the code is not the code that Snakemake planned with.
    """
    code = code_digest(script)
    planned = job.params.get("code", code)
    if planned != code:
        raise ValueError(
            f"The code of {script.name} changed after this run was planned. Planned: {planned[:12]}; found: "
            f"{code[:12]}. Run snakemake again"
        )
    params = {str(name): _public(value) for name, value in _members(job.params)}
    wildcards = dict(job.wildcards.items())
    return {
        "rule": job.rule,
        "wildcards": wildcards,
        "script": script.name,
        "params": params,
        "seed": _seed(params, wildcards) if seed is None else seed,
        "code": code,
        "lock": params.get("lock"),
        "config": _keep_config(job),
        **machine.checkout(script.parent),
        "inputs": list(_inputs(job)),
        "threads": job.threads,
        "started": _now(),
    }


def finish(record: Record, job: "Snakemake") -> Path:
    """Complete a job's record after its work and write it, whole or not at all.

    A job that made again, byte for byte, what an earlier record of it describes keeps that record's digest in
    `reproduces`: what was made from those bytes then still has an unbroken chain.
    """
    path = record_path(job)
    outputs = [_file(job, name, file) for name, file in _files(job.output) if Path(file) != path]
    record |= {"outputs": outputs, "ended": _now()} | machine.process(gpu=bool(job.resources.get("gpu")))
    record["reproduces"] = _reproduced(path, outputs)
    record["digest"] = self_digest(record)
    with records.replacing(path) as partial:
        partial.write_text(json.dumps(record, indent=1, default=str) + "\n")
    return path


def read_record(path: Path) -> Record:
    """Read one record.

    Raises:
        ValueError: if the file is not a record.
    """
    try:
        record = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path}: not a job record, it should be JSON. Received: {error}") from None
    if not isinstance(record, dict) or not {"rule", "inputs", "outputs", "digest"} <= record.keys():
        raise ValueError(f"{path}: not a job record, it should hold rule, inputs, outputs and digest")
    return record


def record_files(folder: Path) -> list[Path]:
    """Return the files of all records below a study's folder, in a fixed order."""
    return sorted((folder / FOLDER).glob("*/*.json"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _seed(*given: Mapping[str, Any]) -> int | None:
    return next((int(named["seed"]) for named in given if named.get("seed") is not None), None)


def _members(container: "Namedlist[Any]") -> Iterator[tuple[str, Any]]:
    """Yield name and value of what a rule declares; an unnamed one is called by its place, from 1."""
    for place, (name, value) in enumerate(container._allitems(), start=1):
        yield name or str(place), value


def _files(container: "Namedlist[str]") -> Iterator[tuple[str, str]]:
    """Yield name and path of every declared file; the members of a list share its name."""
    for name, value in _members(container):
        yield from ((name, path) for path in ([value] if isinstance(value, str) else value))


def _public(value: object) -> object:
    """Return a JSON value without paths outside the project."""
    if isinstance(value, Mapping):
        return {str(key): _public(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_public(item) for item in value]
    if isinstance(value, str | Path) and Path(value).is_absolute():
        inside = Path(value).is_relative_to(Path.cwd())
        return str(Path(value).relative_to(Path.cwd())) if inside else WITHHELD
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _keep_config(job: "Snakemake") -> str:
    """Keep the resolved config beside the records, once, named by its digest; return the digest."""
    config = _public(job.config)
    digest = content_digest(config)
    path = study_folder(job) / FOLDER / f"config-{digest[:16]}.json"
    if not path.exists():
        with records.replacing(path) as partial:
            partial.write_text(json.dumps(config, indent=1) + "\n")
    return digest


def _file(job: "Snakemake", name: str, file: str) -> dict[str, Any]:
    """Describe one file: by which name and path, how large, with which digest."""
    path = Path(os.path.relpath(file))
    if path.is_relative_to(study_folder(job)):
        place, shown = "study", path.relative_to(study_folder(job)).as_posix()
    elif path.parts[0] in ("..", "private"):
        place, shown = "private", name
    else:
        place, shown = "project", path.as_posix()
    return {"name": name, "place": place, "path": shown, "bytes": path.stat().st_size, "sha256": file_digest(path)}


def _inputs(job: "Snakemake") -> Iterator[dict[str, Any]]:
    """Describe the inputs, those made by the study with the record that made them."""
    inputs = [_file(job, name, file) for name, file in _files(job.input)]
    wanted = {item["path"] for item in inputs if item["place"] == "study"}
    makers = _makers(study_folder(job), wanted) if wanted else {}
    for item in inputs:
        made = makers.get((item["path"], item["sha256"])) if item["place"] == "study" else None
        yield item | ({"producer": made[0], "record": made[1]} if made else {})


def _makers(folder: Path, wanted: set[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return, by path and digest of a file, the name and digest of the record that made it; the latest one counts."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    ended: dict[tuple[str, str], str] = {}
    for path in record_files(folder):
        record = read_record(path)
        name = path.relative_to(folder / FOLDER).as_posix()
        for item in record["outputs"]:
            key = (item["path"], item["sha256"])
            if item["path"] in wanted and record["ended"] >= ended.get(key, ""):
                found[key], ended[key] = (name, record["digest"]), record["ended"]
    return found


def _reproduced(path: Path, outputs: list[dict[str, Any]]) -> list[str]:
    """Return the digests of this job's earlier records that describe the same outputs."""
    if not path.exists():
        return []
    earlier = read_record(path)
    same = [(item["path"], item["sha256"]) for item in earlier["outputs"]] == [
        (item["path"], item["sha256"]) for item in outputs
    ]
    return [*earlier.get("reproduces", []), earlier["digest"]] if same else []
