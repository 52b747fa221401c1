"""What the figures of an invented study are drawn with: its words, its variants and the files that they go to."""

from pathlib import Path

from discgrade.publication.context import Context, Shown
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.settings.model import Protocol
from discgrade.settings.run import Run

VARIANTS = {
    "default": 0.22,
    "integral": 0.24,
    "balanced": 0.30,
    "ordinal": 0.21,
    "ordinal_squared": 0.23,
    "soft_kappa": 0.42,
    "mse": 0.26,
    "mae": 0.25,
    "paper_protocol": 0.17,
}
"""Variants, and how far their predictions scatter in grades."""

CONTEXT = Context(
    study="invented",
    source="folder",
    default=Run("default", 48, 1, "holdout", 1),
    variants={name: Shown(f"Label of {name}", Protocol("as_read", "validation")) for name in VARIANTS},
    folds=5,
    seeds=(1,),
    unit="patient",
)


def files_in(folder: Path, name: str = "figure") -> FigureFiles:
    """Return where a figure of a name is written in a folder."""
    pictures = [folder / f"{name}{width}.{kind}" for width in ("", "-85mm") for kind in ("pdf", "png", "svg")]
    return FigureFiles(*pictures, *(folder / f"{name}.{kind}" for kind in ("csv", "keys.csv", "json")))
