"""What a trace says of the jobs of a rule: read from their records and from the small tables that they made."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from discgrade.provenance.chain import Chain, Record, study_files

Facts = dict[str, str]


def facts_of(chain: Chain, rule: str, jobs: Sequence[Record]) -> Facts:
    """Return what is known of the jobs of one rule, by name; a table that cannot be read says so."""
    try:
        special = _SPECIAL.get(rule, _nothing)(chain, jobs)
    except (OSError, ValueError, KeyError) as error:
        special = {"unreadable": f"{type(error).__name__}: {error}"}
    return special | {name: fact for name, fact in _common(jobs).items() if name not in special}


def job_title(record: Record) -> str:
    """Name one job by its wildcards."""
    return " ".join(f"{key} {value}" for key, value in record["wildcards"].items()) or record["rule"]


def short(digest: str | None) -> str:
    """Return the beginning of a digest, enough to recognise it."""
    return digest[:12] if digest else "unknown"


def commit_words(record: Record) -> str:
    """Say which commit a job ran from."""
    if not record.get("commit"):
        return "none: not run from a git checkout"
    return short(record["commit"]) + ("" if record["clean"] else " with changes")


def versions_of(jobs: Sequence[Record]) -> Facts:
    """Say with which Python, packages and locked requirements jobs ran, and on which machines."""
    packages = {f"{name} {version}" for record in jobs for name, version in record.get("packages", {}).items()}
    hosts = {f"{host['processor']}, {host['cores']} cores, {host['system']}" for host in (job["host"] for job in jobs)}
    return {
        "Python": _sorted(record["python"] for record in jobs),
        "packages": _sorted(packages),
        "lock": _sorted(short(record["lock"]) for record in jobs),
        "machines": "; ".join(sorted(hosts)),
        "devices": _sorted(map(_device, jobs)),
    }


def _device(record: Record) -> str:
    """Name what a job computed on: the CPU, or the GPUs and their driver."""
    device = record.get("device", {})
    models, driver = device.get("model", []), device.get("driver")
    return ", ".join([*models, f"driver {driver}"]) if models else device.get("kind", "unknown")


def _sorted(words: Iterable[str]) -> str:
    return ", ".join(sorted(set(words), key=str.lower))


def _common(jobs: Sequence[Record]) -> Facts:
    """Say which outputs, code, commit, machine and time."""
    outputs = [item for record in jobs for item in record["outputs"]]
    facts = {"outputs": _outputs(outputs), "code": f"{jobs[0]['script']} {_distinct(short(r['code']) for r in jobs)}"}
    seeds = {record["seed"] for record in jobs if record.get("seed") is not None}
    if seeds:
        facts["seed"] = ", ".join(map(str, sorted(seeds)))
    facts["ran"] = f"{jobs[0]['started'][:19]}Z" + (f" to {jobs[-1]['ended'][:19]}Z" if len(jobs) > 1 else "")
    return facts


def _outputs(outputs: Sequence[Mapping[str, Any]]) -> str:
    if len(outputs) > 5:
        return f"{len(outputs)} files, {sum(item['bytes'] for item in outputs):,} bytes"
    shown = (item["path"] if item["place"] == "study" else f"{item['path']} (private)" for item in outputs)
    return ", ".join(f"{path} {short(item['sha256'])}" for path, item in zip(shown, outputs, strict=True))


def _distinct(values: Iterator[str]) -> str:
    return ", ".join(dict.fromkeys(values))


def _nothing(chain: Chain, jobs: Sequence[Record]) -> Facts:
    return {}


def _paths(chain: Chain, jobs: Sequence[Record], name: str) -> list[Path]:
    """Return the files that jobs made under one name of their rule's outputs."""
    return [
        chain.folder / item["path"]
        for record in jobs
        for item in study_files(record["outputs"])
        if item["name"] == name
    ]


def _training(chain: Chain, jobs: Sequence[Record]) -> Facts:
    """Say when the checkpoint was kept, on how many discs it was scored, and what the model file is."""
    (record,) = jobs
    (history,) = _paths(chain, jobs, "history")
    (predictions,) = _paths(chain, jobs, "predictions")
    made = {item["name"]: short(item["sha256"]) for item in record["outputs"]}
    epochs = pq.read_table(history).to_pylist()
    kept = [row for row in epochs if row["best"]][-1:]
    chosen = f"epoch {kept[0]['epoch']} of {len(epochs)}" if kept else f"none of {len(epochs)} epochs"
    accuracy = f", accuracy {kept[0]['val_accuracy']:.3f} on the part that chooses it" if kept else ""
    discs = len(set(pq.read_table(predictions, columns=["disc"])["disc"].to_pylist()))
    return {
        "predictions": f"{discs} discs, {pq.read_metadata(predictions).num_rows} samples, {made['predictions']}",
        "checkpoint": chosen + accuracy,
        "outputs": f"{predictions.parent.relative_to(chain.folder)}/, model {made['model']}",
        "settings": _settings(record["params"].get("training", {})),
        "device": record.get("device", {}).get("kind", "unknown"),
    }


def _settings(training: Mapping[str, Any]) -> str:
    shown = ("loss", "scale", "epochs", "batch", "learning_rate", "width", "backend", "threads")
    return ", ".join(f"{key} {training[key]}" for key in shown if key in training)


def _cohort(chain: Chain, jobs: Sequence[Record]) -> Facts:
    """Say how many were received and kept, and who was excluded and why."""
    (path,) = _paths(chain, jobs, "flow")
    stages = json.loads(path.read_text()).get("stages", [])
    return {stage["unit"]: _flow(stage) for stage in stages}


def _flow(stage: Mapping[str, Any]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in stage.get("excluded", {}).items() if count)
    return f"{stage['kept']} of {stage['received']} kept" + (f"; excluded: {reasons}" if reasons else "")


def _export(chain: Chain, jobs: Sequence[Record]) -> Facts:
    """Say how many images of how many patients were exported, and why others were not."""
    tables = [pq.read_table(path, columns=["patient"]) for path in _paths(chain, jobs, "instances")]
    patients = {patient for table in tables for patient in table["patient"].to_pylist()}
    rejected = Counter(
        reason
        for path in _paths(chain, jobs, "rejected")
        for reason in pq.read_table(path, columns=["reason"])["reason"].to_pylist()
    )
    facts = {"exported": f"{sum(map(len, tables))} images of {len(patients)} patients"}
    if rejected:
        facts["rejected"] = ", ".join(f"{count} {reason}" for reason, count in rejected.most_common())
    return facts


def _rows_of(name: str, what: str) -> Callable[[Chain, Sequence[Record]], Facts]:
    """Return a function that counts the rows of an output."""

    def count(chain: Chain, jobs: Sequence[Record]) -> Facts:
        rows = sum(pq.read_metadata(path).num_rows for path in _paths(chain, jobs, name))
        return {name: f"{rows} {what} in {len(jobs)} shard{'s' if len(jobs) > 1 else ''}"}

    return count


_SPECIAL: Mapping[str, Callable[[Chain, Sequence[Record]], Facts]] = {
    "train": _training,
    "augment": _rows_of("samples", "samples"),
    "extract_rois": _rows_of("rois", "regions of interest"),
    "select_discs": _cohort,
    "deidentify": _export,
    "adopt_export": _export,
}
