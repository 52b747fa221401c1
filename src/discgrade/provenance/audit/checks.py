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


def unlisted_images(chain: Chain, exported: Mapping[str, str]) -> Iterator[Fault]:
    """Find files below the export's folders of patients that no table of instances tells of."""
    for path in sorted(path for path in (chain.folder / "export").glob("*/**/*") if path.is_file()):
        shown = path.relative_to(chain.folder).as_posix()
        if shown not in exported and not path.name.startswith("."):
            yield Fault("missing record", shown, "no table of instances says that it was exported")


def earlier_layout(chain: Chain, earlier: Mapping[str, Record]) -> Iterator[Fault]:
    """Find what a version of discgrade with another layout left, and no rule has made again since."""
    for name, record in earlier.items():
        for path in sorted(_left(chain, record)):
            message = f"an earlier version made it and nothing makes it now: remove it, and {FOLDER}/{name}"
            yield Fault("earlier layout", path, message)


def _left(chain: Chain, record: Record) -> set[str]:
    """Return the files of a job of an earlier layout that are still there and that no job of the present one made."""
    made = {item["path"] for item in study_files(record["outputs"])} - chain.makers.keys()
    return {path for path in made if (chain.folder / path).is_file()}


def unrecorded_files(chain: Chain, earlier: Mapping[str, Record]) -> Iterator[Fault]:
    """Find files that no record tells of, be it one of an earlier layout."""
    known = {*chain.makers, *(path for record in earlier.values() for path in _left(chain, record))}
    for path in sorted(path for path in chain.folder.rglob("*") if path.is_file()):
        shown = path.relative_to(chain.folder)
        if shown.parts[0] not in UNRECORDED and shown.as_posix() not in known and not shown.name.startswith("."):
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
    codes = {script.name: _code(script) for script in scripts.resolve().glob("*.py")}
    return _older(chain, names, "code", "its rule's code", lambda record: codes.get(record["script"], "gone"))


def _code(script: Path) -> str:
    try:
        return code_digest(script)
    except SyntaxError:
        return "unreadable"


def older_than_lock(chain: Chain, names: Collection[str], scripts: Path, envs: Path) -> Iterator[Fault]:
    """Find outputs of the named jobs that were made with other versions of the packages that their rule can reach."""
    return _older(chain, names, "lock", "its rule's locked packages", lambda record: _locked(record, scripts, envs))


def _locked(record: Record, scripts: Path, envs: Path) -> str | None:
    """Return the digest of the locked packages that a job's rule can reach now; None where that is not known here."""
    script = scripts.resolve() / record["script"]
    params = record["params"]
    training = params.get("training") or {}
    named = [training[key] for key in ("loss", "network") if key in training] or params.get("networks") or ()
    backend = params.get("backend") or training.get("backend")
    try:
        return lock_digest(script, envs, named, backend, params.get("programs") or ())
    except (FileNotFoundError, ValueError, SyntaxError):
        return None


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
