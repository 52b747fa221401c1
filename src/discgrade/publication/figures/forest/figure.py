"""Forest plot: every variant and the raters' own agreement, with credible intervals."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from discgrade.publication.context import Context
from discgrade.publication.drawn_intervals import read_drawn
from discgrade.publication.figures.drawing.captions import bars_sentence, caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import draw, is_narrow, number
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.figures.forest.painting import draw_column, draw_forest, in_lines
from discgrade.publication.figures.forest.rows import INNER, KAPPA, lines, read_forest, read_posteriors
from discgrade.publication.keys import Key, drawn_keys
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, READINGS, Run

COLUMNS = ["split", "variant", "metric", "value", "lower", "upper", "probability", "unit", "n"]
_ROW = 4.4
_RATERS = (
    "Raters: readings of the same rater again and of another, as far as there are any; the noise ceiling is a model "
    "that knew every true grade: single readings disagree with it, too."
)
_READ = "Readings are weighed by patient."
_MEANS = "Means of the folds are weighed by fold: {} not the patients in them: {} nothing of new patients."
_VARIES = "say how much a mean of such folds varies, and"
_NARROWER = (
    "their intervals are narrower than those of pooled folds, since only the folds' few scores are weighed anew,",
    f"they {_VARIES}",
)
_OTHERWISE = ("only the folds' few scores are weighed anew,", f"their intervals {_VARIES}")


def forest(
    *,
    scores: Path,
    intervals: Path,
    shown: Path,
    posteriors: Path,
    run: Run,
    labels: Mapping[str, str],
    context: Context,
    files: FigureFiles,
) -> None:
    """Draw Cohen's kappa and the mean absolute error of the readings, of every variant and of the folds.

    A variant that predicts integral grades is shown with its error against the fractional reference where there is
    one, so that it compares with the others. Scores are the mean of all seeds, as in the tables.

    Args:
        scores: Table `scores.SCORES`.
        intervals: Table `intervals.INTERVALS`; a score without an interval is drawn as a point.
        shown: The same of the narrower intervals, drawn as the thick part of each bar.
        posteriors: Table `intervals.POSTERIORS`; above a score stands its density, if it has one.
        run: Variants are compared at its resolution, share and split; its variant's scores are the dashed lines.
        labels: Variants to show, in this order, each with its name in print.
        context: What the study is, in words.
        files: What to write. The table: split (readings, holdout, folds, fold-mean), variant (or intra_rater,
            inter_rater, noise_ceiling), metric, value, lower and upper bound of the credible interval, its probability,
            the bootstrap's unit, n (scored samples), inner_lower, inner_upper and inner_probability of the narrower
            interval.
    """
    rows = read_forest(scores, intervals, shown, run, list(labels))
    dense = read_posteriors(posteriors, run)
    write_drawn(rows[[*COLUMNS, *INNER]], drawn_keys(rows, _key), files)

    def paint(sheet: Figure, width: float) -> None:
        if is_narrow(width):
            draw_column(sheet, rows, run, labels, dense)
        else:
            draw_forest(sheet, rows, run, labels, dense)

    def height(width: float) -> float:
        tall = _ROW * lines(rows) * max(in_lines(name).count("\n") + 1 for name in labels.values())
        return (2 * tall + 26) if is_narrow(width) else tall + 14

    draw(
        files,
        _words(rows, run, labels, context, read_drawn(intervals, shown)),
        paint,
        height=height,
        simulated=context.simulated,
    )


def _words(
    rows: pd.DataFrame, run: Run, labels: Mapping[str, str], context: Context, drawn: Intervals | None
) -> FigureWords:
    """Say what is drawn."""
    default = rows[(rows["split"] == run.split) & (rows["variant"] == run.variant) & (rows["metric"] == KAPPA)]
    read = rows["split"].eq(READINGS).any()
    weighed = "discs" if context.unit == "disc" else "patients"
    return FigureWords(
        name="forest",
        number="",
        title="All variants with intervals",
        caption=caption(
            "Agreement with the reference.",
            _RATERS if read else "No disc was read twice: what raters reach is not known.",
            "Variants are scored on the hold-out test set and, those trained in every fold, out of fold.",
            "κ has linear weights, on the integral grades; the error of variants on the integral scale is against the "
            "fractional reference where there is one. n counts scored samples. Dashed lines mark the variant "
            f"“{labels[run.variant]}”"
            + (f"; scores are means over {len(context.seeds)} training seeds." if len(context.seeds) > 1 else "."),
            bars_sentence(drawn, weighed),
            "Above each stands the density of the same posterior.",
            _READ if read else "",
            _means(rows),
            "Rows of different samples (n) compare only roughly; the table of global scores says which variants "
            "differ on the same discs."
            if len(labels) > 1
            else "",
            data_sentence(context),
            explained("κ"),
        ),
        alt="Forest plot of κ and mean absolute error of raters and variants"
        + (f"; κ of {labels[run.variant]}: {number(default['value'].iloc[0])}." if len(default) else "."),
        absent="" if len(rows) else "No scores: none of the variants has been scored.",
    )


def _means(rows: pd.DataFrame) -> str:
    """Say what intervals of means of folds are, and that they are narrower where each of them is."""
    widths = rows.assign(width=rows["upper"] - rows["lower"]).pivot(
        index=["variant", "metric"], columns="split", values="width"
    )
    if FOLD_MEAN not in widths:
        return ""
    both = widths.reindex(columns=[FOLD_MEAN, FOLDS]).dropna()
    narrower = len(both) and (both[FOLD_MEAN] < both[FOLDS]).all()
    return _MEANS.format(*(_NARROWER if narrower else _OTHERWISE))


def _key(row: Mapping[str, Any]) -> Key:
    return Key(Run(row["variant"], row["resolution"], row["share"], row["split"], ALL_SEEDS), row["metric"])
