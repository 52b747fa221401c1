"""Sentences that captions of figures share."""

from discgrade.publication.context import Data
from discgrade.publication.wording import data_words, interval_words, percent
from discgrade.settings.model import Intervals

ABBREVIATIONS = {
    "AC2": "Gwet's agreement coefficient with linear weights",
    "CCC": "Lin's concordance correlation coefficient",
    "ECE": "expected calibration error",
    "F1": "harmonic mean of precision and sensitivity",
    "MCC": "Matthews correlation coefficient",
    "RPS": "ranked probability score",
    "κ": "Cohen's kappa",
    "px": "pixels",
}
"""What stands for what in figures."""


def explained(*short: str) -> str:
    """Return the sentence that explains abbreviations; empty where there are none."""
    return "; ".join(f"{one}, {ABBREVIATIONS[one]}" for one in short) + "." if short else ""


def data_sentence(context: Data) -> str:
    """Say whose data a figure shows."""
    return f"Data: {data_words(context.study, context.source)}."


def counted(discs: int, patients: int, samples: int | None = None) -> str:
    """Say how many discs and patients were scored, and how many copies of them where that is more."""
    of = f"{discs:,} discs of {patients:,} patient{'s' * (patients != 1)}"
    return f"{samples:,} copies of {of}" if samples is not None and samples > discs else of


def bars_sentence(drawn: Intervals | None, weighed: str) -> str:
    """Say what the intervals of a figure are; empty where there are none.

    Args:
        drawn: How they were drawn.
        weighed: What the bootstrap weighs, for example "31 patients".
    """
    if drawn is None:
        return ""
    sentence = f"Bars are {interval_words(drawn.probability, weighed, drawn.draws, drawn.seed)}"
    return sentence + (f"; their thick part is the {percent(drawn.inner)} interval." if drawn.inner else ".")


def caption(*sentences: str) -> str:
    """Join the sentences of a caption; empty ones are left out."""
    return " ".join(sentence for sentence in sentences if sentence)
