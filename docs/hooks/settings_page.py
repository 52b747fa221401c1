"""The page of settings: every key of config.yaml with its default, what it may be, and what it means."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]

HEAD = """# Settings

A study is `config.yaml` and an overlay that names only what differs from it. Every key is listed here, as the project's
own checker knows it: a key that is unknown, mistyped or out of its range is refused before anything runs, and all
faults are told at once. An overlay from an earlier version gets the new name of a renamed key told.

    study: mine
    images: {resolution: 64}

in `studies/mine.yaml` is a whole study at 64 px, run by `snakemake --configfile studies/mine.yaml`.

Paths may hold `~` and `$NAME`. A changed setting reruns the steps that take it and what follows from them, nothing
else; `discgrade plan` tells which.

## Overlays that come along
"""


@dataclass(frozen=True)
class Setting:
    """One key of config.yaml.

    Attributes:
        path: Its place, for example ("cohort", "source").
        comment: The comment above it.
        section: Whether it holds keys of its own, on lines below it.
        default: Its value; None for a section.
    """

    path: tuple[str, ...]
    comment: str
    section: bool
    default: Any


def settings_page(root: Path) -> str:
    """Return the page as Markdown."""
    schema = yaml.safe_load((root / "src/discgrade/settings/config.schema.yaml").read_text(encoding="utf-8"))
    found = list(settings((root / "config.yaml").read_text(encoding="utf-8")))
    parts = [HEAD, *_overlays(root / "studies")]
    for section in (one for one in found if len(one.path) == 1):
        rows = [one for one in found if one.path[0] == section.path[0] and one is not section]
        parts += [f"## {section.path[0]}\n", *([f"{_sentence(section.comment)}\n"] if rows else [])]
        parts += _variants(schema, root) if section.path == ("variants",) else _table(rows or [section], schema)
    return "\n".join(parts) + "\n"


def settings(text: str) -> Iterator[Setting]:
    """Yield the settings of a config in its order: sections, and keys on lines of their own.

    A comment belongs to the key on the line below it.
    """
    lines = text.splitlines()

    def walk(node: yaml.MappingNode, path: tuple[str, ...]) -> Iterator[Setting]:
        for key, value in node.value:
            place = (*path, key.value)
            section = isinstance(value, yaml.MappingNode) and not value.flow_style
            default = None if section else yaml.safe_load(yaml.serialize(value))
            yield Setting(place, _comment_above(lines, key.start_mark.line), section, default)
            if section:
                yield from walk(value, place)

    root: Any = yaml.compose(text)
    return walk(root, ())


def _comment_above(lines: list[str], line: int) -> str:
    start = line
    while start and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return " ".join(text.strip().lstrip("# ") for text in lines[start:line])


def _overlays(folder: Path) -> Iterator[str]:
    """Yield what each overlay says of itself."""
    yield "| overlay | what it is |\n|---|---|"
    for path in sorted(folder.glob("*.yaml")):
        head = re.match(r"(?:#.*\n)+", path.read_text(encoding="utf-8"))
        lines = [line.lstrip("# ") for line in head[0].splitlines()] if head else []
        words = " ".join(line for line in lines if not line.startswith("snakemake"))
        yield f"| `studies/{path.name}` | {_sentence(words)} |"
    yield ""


def _table(rows: list[Setting], schema: Schema) -> Iterator[str]:
    yield "| key | default | may be | meaning |\n|---|---|---|---|"
    for one in rows:
        name = ".".join(one.path[1:] or one.path)
        bounds = "" if one.section else bounds_of(find(schema, one.path), schema)
        default = "" if one.section else f"`{_written(one.default)}`"
        yield f"| `{name}` | {default} | {bounds} | {_sentence(one.comment)} |"
    yield ""


def _variants(schema: Schema, root: Path) -> Iterator[str]:
    keys = resolved(schema["properties"]["variants"]["additionalProperties"], schema)["own"]
    yield "| key of a variant | may be | meaning |\n|---|---|---|"
    for name, one in keys.items():
        yield f"| `{name}` | {bounds_of(one, schema)} | {one['title']} |"
    yield "\nThose that `config.yaml` defines:\n\n| variant | settings |\n|---|---|"
    config = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    for name, variant in config["variants"].items():
        yield f"| `{name}` | `{_written(variant)[1:-1]}` |"
    yield ""


def find(schema: Schema, path: tuple[str, ...]) -> Schema:
    """Return the part of the schema that bounds a key."""
    part: Schema = schema
    for name in path:
        part = resolved(part, schema)["properties"][name]
    return part


def resolved(part: Schema, schema: Schema) -> dict[str, Any]:
    """Return a part of the schema with what it refers to; `own` holds the properties that it has itself."""
    own = dict(part.get("properties", {}))
    if "$ref" not in part:
        return {**part, "properties": own, "own": own}
    other = schema["$defs"][part["$ref"].rpartition("/")[2]]
    return {**other, **part, "properties": other.get("properties", {}) | own, "own": own}


def bounds_of(part: Schema, schema: Schema) -> str:
    """Say in words what a value may be."""
    part = resolved(part, schema)
    if "enum" in part:
        return ", ".join(f"`{_written(value)}`" for value in part["enum"])
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    return " or ".join(_kind(kind, part, schema) for kind in kinds)


def _kind(kind: str, part: Schema, schema: Schema) -> str:
    if kind == "array":
        return f"list of: {bounds_of(part['items'], schema)}"
    if kind == "object":
        return ", ".join(f"`{name}`" for name in part["properties"])
    words = {"string": "text", "boolean": "`true`, `false`", "null": "`null`", "integer": "whole number"}
    return words.get(kind, kind) + (_range(part) if kind in ("integer", "number") else "")


def _range(part: Schema) -> str:
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    found = [f"{word} {part[name]}" for name, word in words.items() if name in part]
    return f" {', '.join(found)}" if found else ""


def _written(value: object) -> str:
    """Return a value as YAML has it on one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000, allow_unicode=True, sort_keys=False)
    return text.removesuffix("...\n").strip()


def _sentence(comment: str) -> str:
    return comment.replace("|", "\\|").replace("<", "&lt;")
