"""The drawings of the architecture show the project as it is."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "discgrade"
HOUSE = (ROOT / "docs" / "house.svg").read_text(encoding="utf-8")
FLOORS = {name: int(floor) for name, floor in re.findall(r'class="room" id="(\w+)" data-floor="(\d)"', HOUSE)}
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
    assert set(ROOMS) <= FLOORS.keys()
    assert all((PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file() for name in FLOORS)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_is_drawn_below_it(room):
    floor = FLOORS[room]
    drawn = {name: FLOORS[name] for name in imported(room) if name in FLOORS and name != room}
    wrong = {name: at for name, at in drawn.items() if at > floor or (at == floor and floor not in NEIGHBOURS)}
    assert wrong == {}


def test_every_step_is_drawn_on_the_way_of_a_disc():
    drawing = (ROOT / "docs" / "disc.svg").read_text(encoding="utf-8")
    rules = {name for path in (ROOT / "rules").glob("*.smk") for name in re.findall(r"rule (\w+):", path.read_text())}
    numbered = {name for name in rules if re.fullmatch(r"(table|figure)\d", name)}
    assert {name for name in rules - numbered if not re.search(rf"\b{name}\b", drawing)} == set()
