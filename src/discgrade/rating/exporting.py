"""Everything that comes out of a rating study, in one go: the sheet, what could not be graded, and the methods."""

import hmac
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from discgrade import private
from discgrade.rating import export, methods, plan
from discgrade.rating.ledger.store import Store
from discgrade.settings.groups.rating import Rating


class Exported(NamedTuple):
    """How much came out.

    Attributes:
        readings: Rows of the sheet.
        ungraded: Discs and studies that could not be graded.
    """

    readings: int
    ungraded: int


def export_study(folder: Path, sheet: Path, wanted: Rating) -> Exported:
    """Write the sheet of a rating study, and next to it the table of what could not be graded and the methods.

    Args:
        folder: Private folder of the rating study; raters may be at work.
        sheet: CSV file to write; the others are called NAME.ungraded.csv and NAME.methods.md.
        wanted: The cohort that the sheet names and where reviewed grades go; all else is as the study's own plan says.

    Raises:
        RefusedError: if there is no rating study.
    """
    with closing(Store(folder, write=False)) as store:
        settings = replace(plan.kept(store) or wanted, cohort=wanted.cohort, reviewed=wanted.reviewed)
        found, left = export.rows(store, settings), export.ungraded(store, settings)
        text = methods.text(export.readings(store, settings), settings, len(store.studies()))
    private.write_rows(sheet, export.COLUMNS, found)
    private.write_rows(sheet.with_suffix(".ungraded.csv"), export.UNGRADED, left)
    with private.writing(sheet.with_suffix(".methods.md")) as file:
        file.write(text)
    return Exported(len(found), len(left))


def sheet_digest(folder: Path, sheet: Path) -> str:
    """Return a digest of a sheet that tells nothing of it to who lacks the rating study's secret."""
    with closing(Store(folder, write=False)) as store:
        return hmac.new(store.secret, sheet.read_bytes(), "sha256").hexdigest()
