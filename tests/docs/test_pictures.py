"""The drawings of the architecture show the project as it is."""

import ast
import re
from pathlib import Path

import pytest
from house import FLOORS, house

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "discgrade"
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor.rooms}
NEIGHBOURS = (0, 1)
"""Floors whose rooms may import each other: what everybody stands on, and scans and readings."""
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def imported(room):
    """Return the rooms that a room imports from."""
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "discgrade":
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names if alias.name.startswith("discgrade.")]
            else:
                continue
            yield from (name.split(".")[1] for name in names)


def test_every_room_of_the_package_is_drawn():
    assert set(ROOMS) - FLOOR.keys() == set()


def test_what_is_drawn_is_there():
    assert [name for name in FLOOR if not (PACKAGE / name).is_dir() and not (PACKAGE / f"{name}.py").is_file()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_is_drawn_below_it(room):
    drawn = {name: FLOOR[name] for name in imported(room) if name in FLOOR and name != room}
    floor = FLOOR[room]
    wrong = {name: at for name, at in drawn.items() if at > floor or (at == floor and floor not in NEIGHBOURS)}
    assert wrong == {}


def test_the_drawing_is_the_one_that_its_module_makes():
    assert (ROOT / "docs" / "house.svg").read_text(encoding="utf-8") == house(), "run python docs/hooks/house.py"


def test_every_step_of_a_disc_is_drawn_on_its_way():
    drawing = (ROOT / "docs" / "disc.svg").read_text(encoding="utf-8")
    rules = {name for path in (ROOT / "rules").glob("*.smk") for name in re.findall(r"rule (\w+):", path.read_text())}
    others = {name for name in rules if re.fullmatch(r"(table|figure)\d", name)} | {"layout"}
    assert {name for name in rules - others if not re.search(rf"\b{name}\b", drawing)} == set()
