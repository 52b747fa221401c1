"""Follows one number back: cell, score, predictions, checkpoint, samples, regions, cohort, export, config and code."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from discgrade.provenance.audit import cell_numbers, checks
from discgrade.provenance.audit.cell import Cell, find_cell, row_name
from discgrade.provenance.audit.cell_numbers import Fields, Row, is_among, runs_behind, score_behind, trainings
from discgrade.provenance.audit.facts import Facts, commit_words, facts_of, job_title, short, versions_of
from discgrade.provenance.chain import FOLDER, Chain, Record, read_chain
from discgrade.provenance.digests import file_digest

TRAINING = "train"
RUNS = (TRAINING, "combine")
"""The rules that make a run: by training it, or as the mean of others."""


@dataclass(frozen=True)
class Node:
    """One step of a trace: what it is, what is known of it, and what it was made from."""

    title: str
    facts: Facts = field(default_factory=dict)
    children: "list[Node]" = field(default_factory=list)


@dataclass(frozen=True)
class Trace:
    """A number and all that is behind it.

    Attributes:
        tree: The chain.
        chain: The study's records.
        names: The records behind the number, the nearest first.
        cell: The cell, or None if a whole file is traced.
        score: The row of `scores.parquet` that it shows, or None.
        runs: The fields of the trainings that it stands on, or None: all.
        faults: Where the chain is broken.
    """

    tree: Node
    chain: Chain
    names: Sequence[str]
    cell: Cell | None
    score: Row | None
    runs: Sequence[Fields] | None
    faults: Sequence[checks.Fault]


def trace(file: Path, row: str | None = None, column: str | None = None) -> Trace:
    """Trace a file of a study, or one cell of its CSV.

    Args:
        file: A file below `results/<study>`, or below a copy of that folder.
        row: Which row, as `cell.find_cell` takes it; with `column`.
        column: Which column.

    Raises:
        ValueError: if the file belongs to no study, no record says what made it, or there is no such cell.
    """
    folder = study_of(file)
    path = file.resolve().relative_to(folder.resolve()).as_posix()
    chain = read_chain(folder)
    if path not in chain.makers:
        raise ValueError(f"{path}: no record in {folder / FOLDER} says what made it")
    if (row is None) != (column is None):
        raise ValueError("A cell needs both --row and --column; without them the whole file is traced")
    cell = find_cell(folder, path, row, column) if row is not None and column is not None else None
    score, span = score_behind(folder, cell) if cell else (None, None)
    runs = trainings(cell) if cell else None
    names = _behind(chain, chain.makers[path], runs)
    broken = [*_broken(chain, names, path), *(cell_numbers.faults(folder, cell) if cell else ())]
    steps = [_stages(chain, names), *_surroundings(chain, names, broken)]
    top = Node(_title(cell, path), _cell_facts(chain, cell, path, score, span), steps)
    return Trace(top, chain, names, cell, score, runs, broken)


def study_of(file: Path) -> Path:
    """Return the study's folder: the nearest one above a file that holds job records.

    Raises:
        ValueError: if there is none.
    """
    if not file.exists():
        raise ValueError(f"{file}: no such file")
    found = next((folder for folder in file.resolve().parents if (folder / FOLDER).is_dir()), None)
    if found is None:
        raise ValueError(f"{file}: it should lie in results/<study>, or in a copy of it with its {FOLDER}/ folder")
    return found


def _behind(chain: Chain, start: str, runs: Sequence[Fields] | None) -> list[str]:
    """Return the records behind one, the nearest first, without runs other than these and those that they stand on."""
    wanted = None if runs is None else runs_behind(chain, runs)
    return chain.ancestry(
        [start], lambda made: made["rule"] not in RUNS or wanted is None or is_among(made["wildcards"], wanted)
    )


def _broken(chain: Chain, names: Sequence[str], path: str) -> list[checks.Fault]:
    """Check the traced file's bytes, the records behind it, and the links between them."""
    digests = {path: file_digest(chain.folder / path)}
    return [
        *checks.changed_outputs(replace(chain, makers={path: chain.makers[path]}), digests),
        *checks.edited_records(replace(chain, records={name: chain.records[name] for name in names})),
        *checks.broken_links(chain, names),
    ]


def _title(cell: Cell | None, path: str) -> str:
    return f"{path}, {row_name(cell)}, {cell.column} = {cell.text or 'nothing'}" if cell else path


def _cell_facts(chain: Chain, cell: Cell | None, path: str, score: Row | None, span: Row | None) -> Facts:
    facts = {"SHA-256": file_digest(chain.folder / path)}
    if cell:
        facts |= {"source": cell.row["source"]} if cell.row.get("source") else {}
        facts |= {"number": "; ".join(map(cell_numbers.words, cell.keys))} if cell.keys else {}
        facts["score"] = _score_words(cell, score)
    if span:
        facts["interval"] = (
            f"{span['lower']:.6g} to {span['upper']:.6g} at {span['probability']:.2%}, mean {span['mean']:.6g}: "
            f"{span['draws']:,} draws over {span['units']} {span['unit']}s, seed {span['bootstrap_seed']}"
        )
    return facts


def _score_words(cell: Cell, score: Row | None) -> str:
    if score:
        undefined = f", undefined: {score['reason']}" if score["reason"] else ""
        return f"{score['metric']} {score['value']!r} over {score['n']} samples ({_scope(score)}){undefined}"
    if cell.keys:
        several = any(key.metric for key in cell.keys)
        return "no single one: worked out from the numbers named" if several else "none: another number of the study"
    if not cell.text:
        return "none: the study gives no number here"
    return "none: a value from the literature" if cell.printed else "none: it names or describes the row"


def _scope(score: Row) -> str:
    words = [f"split {score['split']}", f"scope {score['scope']} {score['group']}".strip()]
    return ", ".join(words + ([f"grade {score['grade']:g}"] if score["grade"] is not None else []))


def _stages(chain: Chain, names: Sequence[str]) -> Node:
    """Return the jobs as a tree of rules: each below the last rule that used what it made."""
    rules: dict[str, list[str]] = {}
    for name in names:
        rules.setdefault(chain.records[name]["rule"], []).append(name)
    users, depth = _users(chain, names), rule_depths(chain, names)
    nodes = {rule: _stage(chain, rule, [chain.records[name] for name in jobs]) for rule, jobs in rules.items()}
    for rule in sorted(nodes, key=lambda rule: depth[rule]):
        if users[rule]:
            nodes[max(users[rule], key=lambda user: depth[user])].children.append(nodes[rule])
    return nodes[next(iter(rules))]


def _users(chain: Chain, names: Sequence[str]) -> dict[str, set[str]]:
    """Return, by rule, the rules that read what it made."""
    users: dict[str, set[str]] = {chain.records[name]["rule"]: set() for name in names}
    chosen = set(names)
    for name in names:
        for made in chosen.intersection(chain.producers(chain.records[name])):
            users[chain.records[made]["rule"]].add(chain.records[name]["rule"])
    return users


def rule_depths(chain: Chain, names: Sequence[str]) -> dict[str, int]:
    """Return the length of the longest way from each rule of some records to the one that no other stands on."""
    users = _users(chain, names)
    depth = dict.fromkeys(users, 0)
    for _ in users:
        depth = {rule: max((depth[user] + 1 for user in used), default=0) for rule, used in users.items()}
    return depth


def _stage(chain: Chain, rule: str, jobs: Sequence[Record]) -> Node:
    """Describe the jobs of one rule; each training on its own."""
    if rule != TRAINING:
        count = f", {len(jobs)} jobs" if len(jobs) > 1 else ""
        return Node(f"{rule}{count}", facts_of(chain, rule, jobs))
    each = sorted(jobs, key=lambda job: list(job["wildcards"].values()))
    return Node(
        f"{rule}, {len(jobs)} run{'s' if len(jobs) > 1 else ''}",
        {},
        [Node(job_title(job), facts_of(chain, rule, [job])) for job in each],
    )


def _surroundings(chain: Chain, names: Sequence[str], broken: Sequence[checks.Fault]) -> list[Node]:
    """Describe config, code, versions and records behind a number."""
    records = [chain.records[name] for name in names]
    configs = {record["config"]: f"{FOLDER}/config-{record['config'][:16]}.json" for record in records}
    commits = {commit_words(record) for record in records}
    state = "; ".join(map(str, broken)) if broken else "unbroken: every link, and every record's digest over itself"
    return [
        Node("config", {short(digest): path for digest, path in configs.items()}),
        Node("code", {"commit": ", ".join(sorted(commits))}),
        Node("versions", versions_of(records)),
        Node(f"records, {len(names)} jobs", {"chain": state, "head": chain.head(names)}),
    ]
