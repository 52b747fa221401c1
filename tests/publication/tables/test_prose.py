"""Titles, captions, headings, labels and footnotes of every table, for every setting that they speak of."""

import re
from dataclasses import replace
from itertools import product

import pytest
from prose import faults_of

from discgrade.publication.context import Shown
from discgrade.publication.tables.rows.captions import caption
from discgrade.publication.tables.rows.scores import read_study
from discgrade.publication.tables.rows.variants import variant_lines
from discgrade.settings.model import Protocol

PROTOCOLS = list(product(("as_read", "averaged", "augmented"), ("validation", "last", "scored")))


@pytest.fixture(scope="module")
def scored(paperlike):
    return read_study(paperlike.scores, paperlike.intervals, paperlike.comparisons)


def sentences(made):
    """Yield caption and footnotes of every table."""
    for files in made.tables.values():
        lines = files.md.read_text(encoding="utf-8").splitlines()
        yield lines[0].replace("**", "")
        yield from (re.sub(r"^<sup>\w+</sup> ", "", line).strip() for line in lines if line.startswith("<sup>"))


def names(made):
    """Yield headings and labels of every table."""
    for files in made.tables.values():
        rows = [line for line in files.md.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
        headings = [cell for cell in rows[0].strip("|").split("|") if cell.strip()]
        yield from (re.sub(r"<sup>.*?</sup>|\*\*", "", cell).strip() for cell in headings)
        yield from (re.sub(r"<sup>.*?</sup>|\*\*", "", row.split("|")[1]).strip() for row in rows[2:])


@pytest.mark.parametrize("made", ["paperlike", "plain"])
@pytest.mark.parametrize("unit", ["patient", "fold"])
@pytest.mark.parametrize("seeds", [(1,), (1, 2, 3)])
def test_tables_of_one_and_of_two_raters_read_well(request, tabulate, made, unit, seeds):
    """`paperlike` has two raters, fractional grades and folds of its default alone; `plain` has none of these."""
    tables = tabulate(request.getfixturevalue(made), folder=f"{unit}-{len(seeds)}", unit=unit, seeds=seeds)
    found = {text: faults_of(text) for text in sentences(tables)}
    found |= {text: faults_of(f"Named “{text}”.") for text in names(tables)}
    assert {text: faults for text, faults in found.items() if faults} == {}
    captions = [files.md.read_text().splitlines()[0] for name, files in tables.tables.items() if name != "cohort"]
    seed_words = "; training seed 1;" if len(seeds) == 1 else "; mean over training seeds 1, 2, 3;"
    assert all(seed_words in text for text in captions)


@pytest.mark.parametrize(("score", "checkpoint"), PROTOCOLS)
@pytest.mark.parametrize("source", ["phantom", "folder", "export", "rating"])
def test_captions_and_footnotes_of_every_protocol_read_well(scored, paperlike, score, checkpoint, source):
    shown = {name: Shown(one.label, Protocol(score, checkpoint)) for name, one in paperlike.context.variants.items()}
    shown["default"] = Shown("Default model", Protocol("averaged", "last"))
    context = replace(paperlike.context, source=source, variants=shown)
    texts = {caption(scored, context, split) for split in ("holdout", "folds", "fold-mean")}
    texts |= {note for line in variant_lines(scored, context) for note in (*line.notes, line.absent)}
    assert {text: faults_of(text) for text in texts if faults_of(text)} == {}


def test_variants_are_named_by_their_labels_in_print_and_by_their_names_in_the_csv(paperlike, read):
    labels = paperlike.context.labels
    assert set(labels.values()) <= set(read.markdown(paperlike, "table2"))
    assert set(labels) <= set(read.values(paperlike, "table2")["row"])
    shown = {row for row in read.values(paperlike, "statements")["words"] if row in labels.values()}
    assert shown == set(labels.values())
