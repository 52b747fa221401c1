"""Table 1: the network layer by layer, read from the trained model, next to the printed one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication.keys import Traced, keys_in, run_key
from discgrade.publication.published import PAPER, citation, published, remarks, source
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, missing
from discgrade.records.cell_keys import CellKey, Entering
from discgrade.records.results.training import NETWORK
from discgrade.settings.run import Run

# Layers whose printed line differs from the network that the paper describes: column and note.
_PRINTED_NOTES = {16: ("parameters", "layer_16_parameters"), 28: ("shape", "layer_28_shape")}


def table1(*, network: Path, run: Run, label: str, compare: bool, files: TableFiles) -> None:
    """Print the layers of the default run, next to those of the paper if compared.

    Args:
        network: The run's `network.parquet`.
        run: The default run.
        label: The printed name of its variant.
        compare: Whether the printed layers stand next to them.
        files: What to write.
    """
    layers = records.read(network, NETWORK).to_pylist()
    printed = {line["layer"]: line for line in published("table1")}
    rows = [_values(layer, printed.get(str(layer["layer"]))) for layer in layers]
    values = [_traced(row, run) for row in rows]
    if not compare:
        values = [{name: value for name, value in row.items() if not name.startswith("published_")} for row in values]
    write_table(_table(rows, run, label, compare), values, files)


def _values(layer: Mapping[str, Any], printed: Mapping[str, str] | None) -> dict[str, Any]:
    return {
        "block": layer["block"],
        "layer": layer["layer"],
        "description": layer["description"],
        "shape": "x".join(map(str, layer["shape"])),
        "parameters": layer["parameters"],
        "published_description": printed and printed["description"],
        "published_shape": printed and printed["shape"],
        "published_parameters": printed and int(printed["parameters"]),
    }


def _traced(values: Mapping[str, Any], run: Run) -> dict[str, object]:
    """Return a layer's values with their keys in the run's `network.parquet`."""

    def key(name: str, enters: Entering = "is") -> CellKey:
        return run_key(run, "network", name, enters, scope="layer", group=str(values["layer"]))

    own = {name: Traced(values[name], (key(name),)) for name in ("block", "layer", "description", "parameters")}
    return {**values, **own, "shape": Traced(values["shape"], (key("shape", "from"),))}


def _shape(text: str) -> str:
    return text.replace("x", " \N{MULTIPLICATION SIGN} ")


def _count(count: int) -> str:
    return f"{count:,}"


def _row(values: Mapping[str, Any], run: Run, compare: bool) -> Row:
    column, note = _PRINTED_NOTES.get(values["layer"], ("", ""))
    notes = {column: remarks([note])} if column else {}
    if values["published_shape"] is None:
        theirs = [missing("The published network has fewer layers."), Cell()]
    else:
        theirs = [
            Cell(_shape(values["published_shape"]), notes=notes.get("shape", ())),
            Cell(_count(values["published_parameters"]), notes=notes.get("parameters", ())),
        ]
    traced = _traced(values, run)
    texts = {
        "layer": str(values["layer"]),
        "shape": _shape(values["shape"]),
        "parameters": _count(values["parameters"]),
    }
    cells = [Cell(text, keys=keys_in(traced[name])) for name, text in texts.items()]
    return Row(Cell(values["description"]), [*cells, *theirs] if compare else cells)


def _table(rows: list[dict[str, Any]], run: Run, label: str, compare: bool) -> Table:
    blocks: dict[int, list[Row]] = {}
    for values in rows:
        blocks.setdefault(values["block"], []).append(_row(values, run, compare))
    sections = [Section(Cell(f"Block {block}"), lines) for block, lines in blocks.items()]
    ours = sum(values["parameters"] for values in rows)
    printed = sum(values["published_parameters"] or 0 for values in rows)
    total = [Cell(), Cell(), Cell(_count(ours))]
    total += [Cell(), Cell(_count(printed), notes=remarks(["layer_16_parameters"]))] if compare else []
    sections.append(Section(Cell(), [Row(Cell("Total"), total)]))
    words = f"; next to it, as printed by {source(PAPER)}, for 128 px, full width and 13 grades." if compare else "."
    return Table(
        name="table1",
        title="Architecture of the network.",
        number="Table 1" if compare else "",
        caption=f"Read from the trained model of this study's default run ({label}, {run.resolution} px){words}",
        stub="Description",
        headings=[
            Cell("Layer"),
            *([Cell("Output shape"), Cell("Parameters")] * (2 if compare else 1)),
        ],
        spans=[("This study", 3), (citation(PAPER), 2)] if compare else [],
        sections=sections,
    )
