"""Checklists for manuscripts: each item, where the report answers it, and what only the authors know.

Items are put in the project's own words; their numbers are those of CLAIM 2024 (Tejani et al.), TRIPOD+AI (Collins et
al. 2024) and GRRAS (Kottner et al. 2011).
"""

import re
from collections.abc import Mapping
from pathlib import Path

from discgrade.publication.context import Context
from discgrade.publication.keys import Key
from discgrade.publication.published import published
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import Study, over_seeds, read_study
from discgrade.settings.run import FOLD_MEAN, FOLDS, HOLDOUT

CHECKLISTS = {
    "claim": ("CLAIM 2024", "claim2024"),
    "tripod": ("TRIPOD+AI", "tripodai2024"),
    "grras": ("GRRAS", "grras2011"),
}
"""Their names in print, and the works that they stand in."""
_LACKS = {
    "twice": "Not answered: no disc was read a second time.",
    "external": "Not answered: no external cohort.",
    "ethics": "Not answered: provenance.ethics is empty.",
    "dataset": "Not answered: provenance.dataset is empty.",
    "headers": "Not answered: headers do not tell the truth (bundle.headers).",
    "ensembles": "There is none.",
}
_PART = re.compile(r"\[(\w+)\?([^]]*)\]")
"""A part of a place that holds for studies alone that have something, and what that is."""
_NOTHING = "Nothing."
_MANUSCRIPT = "In the manuscript only."


def checklist(
    *,
    name: str,
    scores: Path,
    intervals: Path,
    context: Context,
    ethics: bool,
    dataset: bool,
    headers: bool,
    ensembles: bool,
    files: TableFiles,
) -> None:
    """Print a checklist: item, what is asked, where it is answered, what only the authors know.

    Args:
        name: One of `CHECKLISTS`.
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        context: What the study is, in words.
        ethics: Whether its owner says who approved it.
        dataset: Whether its owner says where images and readings come from.
        headers: Whether the headers of the scans tell the truth.
        ensembles: Whether one of its variants averages the outputs of others.
        files: What to write.
    """
    told = {"ethics": ethics, "dataset": dataset, "headers": headers, "ensembles": ensembles}
    known = _known(read_study(scores, intervals), context) | told
    items = published(name)
    title, _ = CHECKLISTS[name]
    sections = {row["section"]: [one for one in items if one["section"] == row["section"]] for row in items}
    table = Table(
        name=name,
        title=f"{title}: where each item is answered.",
        caption=f"Study “{context.study}”. Items in this project's own words; places are sections of report.html.",
        stub="Item",
        headings=[Cell("Asked"), Cell("Answered in"), Cell("Only the authors know")],
        sections=[Section(Cell(words), [_row(one, known) for one in part]) for words, part in sections.items()],
    )
    write_table(table, [_values(one, known) for one in items], files)


def _known(study: Study, context: Context) -> dict[str, bool]:
    """Return which of the scores that an item may need this study has."""
    external = Key(over_seeds(context.default), "accuracy", "cohort", "external")
    runs = {key.run for key in study.scores if key.run.variant == context.default.variant}
    own = [run for run in runs if run.split == HOLDOUT]
    return {
        "folds": any(run.split in (FOLDS, FOLD_MEAN) for run in runs),
        "fractions": len({run.share for run in own}) > 1,
        "resolutions": len({run.resolution for run in own}) > 1,
        "twice": any(line.samples(study) for line in (INTRA_RATER, INTER_RATER)),
        "external": external in study.scores,
    }


def _values(item: Mapping[str, str], known: Mapping[str, bool]) -> dict[str, object]:
    where = item["where"]
    if item["needs"] and not known[item["needs"]]:
        where = _LACKS[item["needs"]]
    where = _PART.sub(lambda part: part[2] if known[part[1]] else "", where)
    names = {name: item[name] for name in ("item", "section", "asked")}
    return {**names, "where": where or _MANUSCRIPT, "authors": item["authors"] or _NOTHING}


def _row(item: Mapping[str, str], known: Mapping[str, bool]) -> Row:
    values = _values(item, known)
    return Row(Cell(item["item"]), [Cell(str(values[name])) for name in ("asked", "where", "authors")])
