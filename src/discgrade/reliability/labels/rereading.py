"""What later readings of the same discs change: agreement of the models with the label and with what was read later."""

import logging
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.grades import is_grade
from discgrade.private import RefusedError
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.reliability.labels.agreement import FEWEST, Found, cells, drawn
from discgrade.reliability.labels.labelled import Labelled, codes
from discgrade.reliability.raters import Reading
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.metrics import kappa
from discgrade.reliability.scores.pairs import to_integral
from discgrade.settings.model import Intervals

_NEEDED = ("patient_id", "sop_instance_uid", "level", "grade")

log = logging.getLogger(__name__)


def later_readings(ratings: Path, sheet: Path | None, discs: Path, main: Reading) -> "pd.Series[float]":
    """Return what was read of a disc after its label, with or without a model in view, by disc.

    Args:
        ratings: `ratings.parquet`: the main rater's next reading.
        sheet: Sheet of re-readings of exported images, as `discgrade rate export` writes it, of which a disc's last row
            counts, before any of `ratings`; None: there is none.
        discs: `discs.parquet`.
        main: Rater and number of the reading that is the label.

    Raises:
        RefusedError: if the sheet lacks a column, or names no disc of the study.
    """
    rows = records.read(ratings, RATINGS, ["disc", "grade", "rater", "reading"]).to_pandas()
    others = rows[(rows["rater"] == main[0]) & (rows["reading"] != main[1])].sort_values(["disc", "reading"])
    found: dict[str, float] = others.drop_duplicates("disc").set_index("disc")["grade"].to_dict()
    if sheet is not None:
        found |= _answers(sheet, discs)
    return pd.Series(found, dtype=float)


def _answers(sheet: Path, discs: Path) -> dict[str, float]:
    """Return the grades of a sheet by disc: by image and level, else by patient and level where that is one disc."""
    rows = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    lacking = [name for name in _NEEDED if name not in rows.columns]
    if lacking:
        raise RefusedError(
            "labels.reread should be a sheet as `discgrade rate export` writes it. Missing columns: "
            f"{', '.join(lacking)}"
        )
    known = records.read(discs, DISCS, ["disc", "patient", "level", "sop_instance_uid"]).to_pandas()
    by_image = dict(zip(zip(known["sop_instance_uid"], known["level"], strict=True), known["disc"], strict=True))
    alone = known.drop_duplicates(["patient", "level"], keep=False)
    by_patient = dict(zip(zip(alone["patient"], alone["level"], strict=True), alone["disc"], strict=True))
    found: dict[str, float] = {}
    for row in rows.to_dict("records"):
        level, value = row["level"], pd.to_numeric(row["grade"], errors="coerce")
        disc = by_image.get((row["sop_instance_uid"], level)) or by_patient.get((row["patient_id"], level))
        if disc is not None and is_grade(value):
            found[disc] = float(value)
    if len(rows) and not found:
        raise RefusedError(
            f"labels.reread should name discs of this study's export. Received: {len(rows)} rows, none of which does. "
            "Read the discs again on the images of results/NAME/export, as docs/labels.md says"
        )
    log.info("re-readings: %d of %d rows are of discs of the study", len(found), len(rows))
    return found


def rereading(
    labelled: Labelled, again: "pd.Series[float]", first: Collection[str], settings: Intervals
) -> Iterator[Found]:
    """Yield linear kappas of the models with label and later reading on the discs that have both, and their difference.

    Args:
        labelled: Discs and scored samples.
        again: As `later_readings` returns.
        first: The discs that are worth reading again: the others tell what a second reading changes anyhow.
        settings: How intervals are drawn.
    """
    rows = labelled.samples[labelled.samples["disc"].isin(again.index)]
    rows = rows.assign(again=again[rows["disc"]].to_numpy(), patient=labelled.discs["patient"][rows["disc"]].to_numpy())
    listed = rows["disc"].isin(list(first))
    for group, chosen in (("all", rows), ("list", rows[listed]), ("elsewhere", rows[~listed])):
        if chosen["patient"].nunique() >= FEWEST:
            owner = codes(chosen["patient"])
            sides = {"label": "reference", "again": "again"}
            tables = {name: cells(chosen[side], chosen["predicted"], owner) for name, side in sides.items()}
            for metric, (value, lower, upper) in drawn(tables, _scores, settings).items():
                yield Found("again", group, metric, value, lower, upper, len(chosen), int(owner.max()) + 1)


def _scores(matrices: Mapping[str, Floats]) -> dict[str, Floats]:
    label, again = (kappa(to_integral(matrices[name])) for name in ("label", "again"))
    return {"kappa_label": label, "kappa_again": again, "kappa_moved": again - label}
