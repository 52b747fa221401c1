"""The files that every figure writes."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FigureFiles:
    """A figure as vectors, as pixels, and the table that it draws."""

    pdf: Path
    png: Path
    csv: Path
