"""Pages of the site that are files of the project, with the links changed to those of the site."""

import posixpath
import re
from pathlib import Path

COPIED = {
    "index.md": "README.md",
    "outputs.md": "results/README.md",
    "models.md": "models/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
}
"""The file that each page is."""


def copied_pages(root: Path) -> dict[str, str]:
    """Return the Markdown of each page by its path."""
    return {page: relinked((root / source).read_text(encoding="utf-8"), source) for page, source in COPIED.items()}


def relinked(text: str, source: str) -> str:
    """Return Markdown of the project's folder with its links as they are in the site.

    Args:
        text: The Markdown.
        source: Where it lies, relative to the project's folder.
    """
    pages = {original: page for page, original in COPIED.items()}

    def replaced(match: re.Match[str]) -> str:
        target = posixpath.normpath(Path(source).parent.joinpath(match[1]).as_posix())
        return f"]({pages.get(target, target.removeprefix('docs/'))}{match[2] or ''})"

    return re.sub(r"\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)", replaced, text)
