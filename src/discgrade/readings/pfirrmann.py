"""The five grades of Pfirrmann et al. 2001, in words and as reference drawings (`phantom.drawings` makes these)."""

from functools import cache
from pathlib import Path

DRAWINGS = Path(__file__).with_name("drawings")
"""Folder of grade1.png ... grade5.png: greys, 192 x 120 px, L3/L4 with half a vertebra on either side."""

SIGNS = {
    1: "nucleus bright and even, height normal",
    2: "nucleus bright but uneven, with a grey band, border clear, height normal",
    3: "nucleus grey, border unclear, height normal or slightly less",
    4: "nucleus dark, border lost, height normal or less",
    5: "disc black, space collapsed",
}
"""What a T2-weighted disc of each grade looks like."""


@cache
def drawing(grade: int) -> bytes:
    """Return the reference drawing of a grade, 1 to 5, as PNG."""
    return (DRAWINGS / f"grade{grade}.png").read_bytes()
