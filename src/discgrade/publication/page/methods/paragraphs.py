"""The methods, paragraph by paragraph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from discgrade.publication.page.findings import Findings
from discgrade.publication.page.methods.cohort import data, exclusions, partitions, reference
from discgrade.publication.page.methods.models import network, training_words
from discgrade.publication.page.methods.statistics import statistics

_PACKAGES = ("keras", "numpy", "opencv-python-headless", "pydicom", "scikit-learn", "snakemake", "tensorflow")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the methods under its title."""

    title: str
    text: str


def methods(found: Findings, versions: Mapping[str, str]) -> list[Paragraph]:
    """Return the methods in words.

    Args:
        found: The study.
        versions: Python, packages and devices of its jobs, by name.
    """
    parts = {
        "Data": data(found),
        "Ethics": [found.told.provenance.ethics or ""],
        "Exclusions": exclusions(found),
        "Reference standard": reference(found),
        "Partitions": partitions(found),
        "Images and network": network(found),
        "Training": training_words(found),
        "Statistics": statistics(found),
        "Software": _software(found, versions),
    }
    texts = {title: " ".join(sentences) for title, sentences in parts.items()}
    return [Paragraph(title, text) for title, text in texts.items() if text]


def _software(found: Findings, versions: Mapping[str, str]) -> Iterator[str]:
    named = [one for one in versions.get("packages", "").split(", ") if one.split(" ")[0] in _PACKAGES]
    python = ", ".join([f"Python {versions.get('Python', 'unknown')}", *named])
    yield "Everything was run by one Snakemake workflow [@molder2021], discgrade, from de-identification to this text"
    yield f"({python}; computed on: {versions.get('devices', 'unknown')})."
    if found.told.default.training.backend == "tensorflow":
        yield "Networks were trained with TensorFlow [@abadi2016]."
