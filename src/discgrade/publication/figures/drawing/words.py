"""What is said of a figure wherever it is shown: number, title, caption, and a sentence in place of the picture."""

import json
from dataclasses import dataclass
from pathlib import Path

from discgrade.records import replacing
from discgrade.settings.plain import plain, typed


@dataclass(frozen=True)
class FigureWords:
    """A figure in words, all of them plain text.

    Attributes:
        name: Name of its files.
        number: For example Figure 2; empty for a figure without one.
        title: What it shows, a few words.
        caption: All that a reader needs to read the figure alone: n, units, intervals, abbreviations, and whose data.
        alt: One sentence for those who cannot see it.
        absent: Why there is nothing to draw; empty where there is.
    """

    name: str
    number: str
    title: str
    caption: str
    alt: str
    absent: str = ""


def write_words(words: FigureWords, path: Path) -> None:
    """Write the words of a figure as JSON, whole or not at all."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(plain(words), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_words(path: Path) -> FigureWords:
    """Read what `write_words` wrote."""
    return typed(FigureWords, json.loads(path.read_text(encoding="utf-8")))
