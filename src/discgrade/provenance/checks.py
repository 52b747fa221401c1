"""The ways in which a study can differ from its records, each found by one function."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discgrade.provenance.chain import FOLDER, Chain, Record, output_of, self_digest, study_files
from discgrade.provenance.digests import code_digest, content_digest, lock_digest

UNRECORDED = ("README.md", "logs", "checkpoints", "export", FOLDER)
"""What is no declared output: texts, logs, the states of trainings; exported images are vouched for by tables."""

Digests = Mapping[str, str | None]
"""SHA-256 of each file by its path below the study's folder; None where there is no such file."""


@dataclass(frozen=True)
class Fault:
    """Something that is not as the records say.

    Attributes:
        kind: What sort of fault.
        culprit: The file, below the study's folder, that is to blame.
        message: What is wrong with it.
    """

    kind: str
    culprit: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.culprit}: {self.message}"


def unreadable_records(messages: Mapping[str, str]) -> Iterator[Fault]:
    """Name the records that are none."""
    return (Fault("unreadable record", f"{FOLDER}/{name}", message) for name, message in messages.items())


def edited_records(chain: Chain) -> Iterator[Fault]:
    """Find records whose digest over themselves does not hold."""
    for name, record in chain.records.items():
        if self_digest(record) != record["digest"]:
            yield Fault("edited record", f"{FOLDER}/{name}", "its digest over itself does not hold")


def changed_outputs(chain: Chain, digests: Digests) -> Iterator[Fault]:
    """Find outputs that are gone, or whose bytes are not those that the job made."""
    made = {path: output_of(chain.records[name], path) for path, name in chain.makers.items()}
    owners = {item["sha256"]: path for path, item in made.items()}
    for path, item in made.items():
        now = digests[path]
        if now is None:
            yield Fault("missing output", path, f"{FOLDER}/{chain.makers[path]} says that it was made")
        elif now != item["sha256"]:
            other = f"; these are the bytes of {owners[now]}" if now in owners else ""
            yield Fault("changed output", path, f"SHA-256 is {now[:12]}, was made as {item['sha256'][:12]}{other}")


def changed_export(exported: Mapping[str, str], digests: Digests) -> Iterator[Fault]:
    """Find exported images that are gone, or are not what the table of instances says."""
    for path, made in exported.items():
        now = digests[path]
        if now is None:
            yield Fault("missing output", path, "the table of instances says that it was exported")
        elif now != made:
            yield Fault("changed output", path, f"SHA-256 is {now[:12]}, was exported as {made[:12]}")


def unrecorded_files(chain: Chain) -> Iterator[Fault]:
    """Find files that no record tells of."""
    for path in sorted(path for path in chain.folder.rglob("*") if path.is_file()):
        shown = path.relative_to(chain.folder)
        if shown.parts[0] not in UNRECORDED and shown.as_posix() not in chain.makers and not shown.name.startswith("."):
            yield Fault("missing record", shown.as_posix(), "no record says what made it")


def broken_links(chain: Chain, names: Collection[str]) -> Iterator[Fault]:
    """Compare what each of the named jobs read with what the records say was made."""
    for name in names:
        for item in chain.records[name]["inputs"]:
            message = _broken_link(chain, item)
            if message:
                yield Fault("broken chain", f"{FOLDER}/{name}", message)


def _broken_link(chain: Chain, item: Mapping[str, Any]) -> str | None:
    """Say what is wrong between a job's input and the record of its maker."""
    path, name = item["path"], chain.maker_of(item)
    if name is None:
        gone = item["place"] == "study" or "producer" in item
        return (
            f"it was made from {path}, whose record is missing: {FOLDER}/{item.get('producer', '?')}" if gone else None
        )
    maker = chain.records[name]
    made = output_of(maker, path)["sha256"] if item["place"] == "study" else item["sha256"]
    if made != item["sha256"]:
        return f"two runs mixed: it was made from {path} as {item['sha256'][:12]}, here is {made[:12]}"
    if item.get("record") not in (maker["digest"], *maker.get("reproduces", [])):
        return f"two runs mixed: {path} has another record than it had then: {FOLDER}/{name}"
    return None


def changed_configs(chain: Chain) -> Iterator[Fault]:
    """Find configs that are gone, or are not what the jobs ran with."""
    for digest in sorted({record["config"] for record in chain.records.values()}):
        path = chain.folder / FOLDER / f"config-{digest[:16]}.json"
        if not path.is_file():
            yield Fault("missing output", f"{FOLDER}/{path.name}", "records say that their jobs ran with this config")
        elif _json_digest(path) != digest:
            yield Fault("changed output", f"{FOLDER}/{path.name}", "it is not the config that its jobs ran with")


def _json_digest(path: Path) -> str | None:
    try:
        return content_digest(json.loads(path.read_bytes()))
    except ValueError:
        return None


def older_than_code(chain: Chain, names: Collection[str], scripts: Path) -> Iterator[Fault]:
    """Find outputs of the named jobs that other code made than their rule's now."""
    codes = {script.name: code_digest(script) for script in scripts.resolve().glob("*.py")}
    return _older(chain, names, "code", "its rule's code", lambda record: codes.get(record["script"]))


def older_than_lock(chain: Chain, names: Collection[str], lock: Path) -> Iterator[Fault]:
    """Find outputs of the named jobs that were made with other locked packages than now."""
    digest = lock_digest(lock) if lock.is_file() else None
    return _older(chain, names, "lock", "the locked packages", lambda _: digest)


def _older(
    chain: Chain, names: Collection[str], key: str, what: str, current: Callable[[Record], str | None]
) -> Iterator[Fault]:
    """Name once for each rule the outputs that were made with another digest than the current one."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in names:
        record = chain.records[name]
        then, now = record.get(key), current(record)
        if then and now and then != now:
            made = [item["path"] for item in study_files(record["outputs"])]
            found.setdefault((record["rule"], then, now), []).extend(made)
    for (rule, then, now), paths in found.items():
        more = f" and {len(paths) - 4} more of {rule}" if len(paths) > 4 else ""
        message = f"older than {what}: made with {then[:12]}, now {now[:12]}"
        yield Fault("older output", ", ".join(paths[:4]) + more, message)
