"""The pages of the API reference: one for each room of the package, made of its docstrings."""

from pathlib import Path


def reference_pages(root: Path) -> dict[str, tuple[str, str]]:
    """Return title and Markdown of each page by its path."""
    package = root / "src" / "discgrade"
    rooms = sorted(path.parent.name for path in package.glob("*/__init__.py"))
    single = sorted(path.stem for path in package.glob("*.py") if not path.stem.startswith("_"))
    pages = {f"reference/{name}.md": (name, _page(name, [name])) for name in rooms}
    return pages | {"reference/modules.md": ("single modules", _page("single modules", single))}


def _page(title: str, names: list[str]) -> str:
    modules = "\n\n".join(f"::: discgrade.{name}" for name in names)
    return f"# {title}\n\n{modules}\n"
