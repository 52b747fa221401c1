"""Imports run one way: from what a reader meets first down to what everything stands on, and never in a circle."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import discgrade

PACKAGE = Path(discgrade.__file__).parent
LAYERS = (
    {
        *("settings", "records", "grades", "counting", "decoding", "copies", "keyed"),
        *("host", "environment", "forkserver", "terminal", "places", "private"),
    },
    {"imaging", "reliability"},
    {"readings"},
    {"cohort", "deidentification", "phantom", "learning", "grading", "rating"},
    {"publication", "provenance"},
    {"job", "step", "plan", "rate", "verification", "cli", "__main__"},
)
"""Wings and modules, the lowest first; those of one layer know nothing of each other, but in the first and the last."""


def imported(path: Path) -> Iterator[str]:
    """Yield the modules of the package that a module imports, wherever it does; of a name, the module it is in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("discgrade."))
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "discgrade":
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if is_module(whole) else node.module


def is_module(name: str) -> bool:
    place = PACKAGE.joinpath(*name.split(".")[1:])
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def modules() -> dict[str, set[str]]:
    """Return what each module of the package imports of it."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts).removesuffix(".__init__")] = set(imported(path)) - {"discgrade"}
    return found


def layer_of(module: str) -> int:
    wing = module.split(".")[1]
    return next(number for number, wings in enumerate(LAYERS) if wing in wings)


def test_a_module_imports_from_below_or_from_its_own_wing():
    upwards = [
        f"{module} imports {other}"
        for module, others in modules().items()
        if module != "discgrade"
        for other in others
        if module.split(".")[1] != other.split(".")[1]
        and layer_of(other) >= layer_of(module)
        and layer_of(module) not in (0, len(LAYERS) - 1)
    ]
    assert upwards == []


def test_the_lowest_layer_stands_on_nothing_above():
    lowest = {module: others for module, others in modules().items() if module != "discgrade" and not layer_of(module)}
    assert {other for others in lowest.values() for other in others if layer_of(other)} == set()


def test_there_is_no_circle():
    order = list(TopologicalSorter(modules()).static_order())
    assert "discgrade.step" in order
