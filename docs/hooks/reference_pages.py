"""The pages of the API reference: one for each room of the package, made of its docstrings."""

import ast
from pathlib import Path

HEAD = """# API reference

Made of the docstrings. [Architecture](../architecture.md) shows how the rooms stand to each other, and a script in
`workflow_scripts/` shows how a function is called. What begins with an underscore is private and not listed. Nothing
here is promised to stay as it is between versions: the files, their columns, the settings and the commands are what
others can build on.

| room | what is in it |
|---|---|
"""


def reference_pages(root: Path) -> dict[str, tuple[str, str]]:
    """Return title and Markdown of each page by its path."""
    package = root / "src" / "discgrade"
    rooms = sorted(path.parent for path in package.glob("*/__init__.py"))
    single = sorted(path for path in package.glob("*.py") if not path.stem.startswith("_"))
    rows = [f"| [{room.name}]({room.name}.md) | {_summary(room / '__init__.py')} |" for room in rooms]
    rows += [f"| [{path.stem}](modules.md#discgrade.{path.stem}) | {_summary(path)} |" for path in single]
    pages = {"reference/index.md": ("Overview", HEAD + "\n".join(rows) + "\n")}
    pages |= {f"reference/{room.name}.md": (room.name, _page(room.name, [room.name])) for room in rooms}
    modules = _page("Single modules", [path.stem for path in single], "    options: {show_root_heading: true}\n")
    return pages | {"reference/modules.md": ("single modules", modules)}


def _page(title: str, names: list[str], options: str = "") -> str:
    return f"# {title}\n\n" + "\n".join(f"::: discgrade.{name}\n{options}" for name in names)


def _summary(path: Path) -> str:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].replace("|", "\\|").replace("<", "&lt;")
