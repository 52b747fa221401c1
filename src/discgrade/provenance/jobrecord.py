"""The record of one job: what it was given, what it made, with which code, where and when.

A record is `results/<study>/provenance/<rule>/<wildcards>.json`. It holds no identity and no absolute path: a file of
the study is named by its path below the study's folder, every other file by the name that the rule gives it. It ends
with a digest over itself.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from discgrade import records
from discgrade.private import RefusedError
from discgrade.provenance import machine
from discgrade.provenance.chain import FOLDER, LAYOUT, Chain, Record, output_of, read_chain, read_record, self_digest
from discgrade.provenance.digests import code_digest, content_digest, file_digest

if TYPE_CHECKING:
    from snakemake.iocontainers import Namedlist, Snakemake

RESULTS = "results"
WITHHELD = "(withheld)"
MARK = "layout"
"""Name of the input that marks the layout of the results: it holds nothing."""
SOURCES = ("dicom", "ratings", "export", "volumes", "masks", "overview")
"""Keys of the config's cohort that name places of the user's own; a name of a folder may be a name of a patient."""


def study_folder(job: "Snakemake") -> Path:
    """Return the folder of everything that the job's study writes, relative to the project's folder."""
    return Path(RESULTS, str(job.config["study"]))


def record_path(job: "Snakemake") -> Path:
    """Return where the job's record belongs: by rule and wildcards, or `output.record` if the rule declares it.

    Rules should not declare it: Snakemake removes declared outputs before a job starts again, and with them the
    earlier record, which `finish` reads.
    """
    declared = job.output.get("record")
    if declared:
        return Path(declared)
    wildcards = {name: value for name, value in job.wildcards.items() if name != "study"}
    stem = ",".join(f"{name}={quote(str(value), safe='')}" for name, value in wildcards.items()) or "job"
    return study_folder(job) / FOLDER / str(job.rule) / f"{stem}.json"


def begin(job: "Snakemake", script: Path) -> Record:
    """Describe a job before its work: its code, config, inputs and their producers' records.

    Args:
        job: The `snakemake` object of the script.
        script: The script's file in the checkout.

    Raises:
        ValueError: if the code is not the code that Snakemake planned with.
        RefusedError: if an input is not what its maker's record says.
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
        "layout": LAYOUT,
        "rule": job.rule,
        "wildcards": wildcards,
        "script": script.name,
        "params": params,
        "seed": next(_seeds(params | wildcards), None),
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
    _write_json(record, path)
    return path


def _write_json(content: object, path: Path) -> None:
    records.remove_leftovers(path)
    with records.replacing(path) as partial:
        partial.write_text(json.dumps(content, indent=1) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _seeds(given: Mapping[str, Any]) -> Iterator[int]:
    """Yield every seed that a job draws with, among its params, the settings that they hold, and its wildcards.

    A param that is a run, and the run in `context`, names the seed of a training that the job shows: it is none of its
    own.
    """
    for name, value in given.items():
        if name == "seed" or name.endswith("_seed"):
            yield from () if value is None else (int(value),)
        elif isinstance(value, Mapping) and name != "context" and "variant" not in value:
            yield from _seeds(value)


def _members(container: "Namedlist[Any]") -> Iterator[tuple[str, Any]]:
    """Yield name and value of what a rule declares; an unnamed one is called by its place, from 1."""
    for place, (name, value) in enumerate(container._allitems(), start=1):
        yield name or str(place), value


def _files(container: "Namedlist[str]") -> Iterator[tuple[str, str]]:
    """Yield name and path of every declared file; the members of a list share its name."""
    for name, value in _members(container):
        yield from ((name, path) for path in ([value] if isinstance(value, str) else value))


def _public(value: object) -> object:
    """Return a JSON value without absolute paths: those within the project become relative, others are withheld."""
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
    cohort = {key: WITHHELD if key in SOURCES and value else value for key, value in job.config["cohort"].items()}
    config = _public(dict(job.config) | {"cohort": cohort})
    digest = content_digest(config)
    path = study_folder(job) / FOLDER / f"config-{digest[:16]}.json"
    if not path.exists():
        _write_json(config, path)
    return digest


def _file(job: "Snakemake", name: str, file: str) -> dict[str, Any]:
    """Describe one file: by which name and path, how large, with which digest."""
    path = Path(os.path.relpath(file))
    study = study_folder(job)
    own = path.is_relative_to(study)
    shown = path.relative_to(study).as_posix() if own else name
    size, digest = path.stat().st_size, file_digest(path)
    return {"name": name, "place": "study" if own else "elsewhere", "path": shown, "bytes": size, "sha256": digest}


def _inputs(job: "Snakemake") -> Iterator[dict[str, Any]]:
    """Describe the inputs, those that a job of the study made with name and digest of that job's record.

    Raises:
        RefusedError: if bytes of an input changed since it was made, whatever its time stamp; all such are named.
    """
    chain = read_chain(study_folder(job))
    items = [_file(job, name, file) for name, file in _files(job.input) if name != MARK]
    makers = [chain.maker_of(item) for item in items]
    _check_unchanged(chain, zip(items, makers, strict=True))
    for item, maker in zip(items, makers, strict=True):
        yield item | ({"producer": maker, "record": chain.records[maker]["digest"]} if maker else {})


def _check_unchanged(chain: Chain, made: Iterable[tuple[Mapping[str, Any], str | None]]) -> None:
    """Compare files of the study with what the records of their makers say; all that differ are named."""
    changed = []
    for item, name in made:
        if name and item["place"] == "study":
            maker = chain.records[name]
            then, now = output_of(maker, item["path"])["sha256"], item["sha256"]
            place = (chain.folder / item["path"]).as_posix()
            if now != then:
                changed.append(f"{place} (made by {maker['rule']} as {then[:12]}, its SHA-256 is now {now[:12]})")
    if changed:
        raise RefusedError(
            f"An input should be as its job record says. Changed since it was made: {', '.join(changed)}. "
            "Remove it and run snakemake again"
        )


def _reproduced(path: Path, outputs: list[dict[str, Any]]) -> list[str]:
    """Return the digests of this job's earlier records that describe the same outputs."""
    try:
        earlier = read_record(path)
    except (FileNotFoundError, ValueError):
        return []
    return [*earlier.get("reproduces", []), earlier["digest"]] if _bytes(earlier["outputs"]) == _bytes(outputs) else []


def _bytes(outputs: list[dict[str, Any]]) -> dict[str, str]:
    return {item["path"]: item["sha256"] for item in outputs}
