"""How good the labels are: agreement along the reading order, models with each other, kappa that noise leaves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade import records
from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.captions import caption, data_sentence, explained
from discgrade.publication.figures.drawing.files import FigureFiles, write_drawn
from discgrade.publication.figures.drawing.style import BLUE, GREY, ORANGE, SKY, VERMILLION, draw, is_narrow, letter
from discgrade.publication.figures.drawing.words import FigureWords
from discgrade.publication.keys import Key
from discgrade.publication.tables.label_noise import NO_LABELS
from discgrade.publication.wording import interval_words
from discgrade.records.cell_keys import Placed
from discgrade.records.results.labels import LABEL_NOISE
from discgrade.settings.run import Run

COLUMNS = ["scope", "group", "metric", "value", "lower", "upper", "n"]
_FIELDS = ("value", "lower", "upper", "n")
_KINDS = {"seeds": "Other seed", "variants": "Other variant", "parts": "Other patients"}
_SIDES = {"kappa_models": (BLUE, "o", "With each other"), "kappa_readings": (ORANGE, "s", "With the reading")}


def label_noise(*, noise: Path, reason: str, context: Context, files: FigureFiles) -> None:
    """Draw how good the labels are.

    Args:
        noise: `label_noise.parquet`.
        reason: Why there is nothing to judge them by; empty if there is.
        context: What the study is, in words.
        files: What to write. The table: scope, group, metric, value, lower, upper and n of what is drawn.
    """
    rows = records.read(noise, LABEL_NOISE).to_pandas()
    shown = rows[_drawn(rows)].reset_index(drop=True)
    write_drawn(shown[COLUMNS], _keys(shown), files)

    def paint(sheet: Figure, width: float) -> None:
        draw_noise(sheet, shown, width)

    def height(width: float) -> float:
        return 190 if is_narrow(width) else 66

    words = _words(shown, reason or (NO_LABELS if shown.empty else ""), context)
    draw(files, words, paint, height=height, simulated=context.simulated)


def _drawn(rows: pd.DataFrame) -> "pd.Series[bool]":
    agreed = rows["scope"].isin(["all", "level", "order"]) & rows["metric"].eq("kappa_linear")
    pairs = rows["scope"].eq("models") & rows["metric"].isin(list(_SIDES))
    ceilings = rows["scope"].isin(["ceiling_apart", "ceiling_together"]) & rows["group"].ne("reread")
    return agreed | pairs | ceilings


def _keys(rows: pd.DataFrame) -> Iterator[Placed]:
    for place, row in enumerate(rows.to_dict("records"), start=1):
        run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
        key = Key(run, row["metric"], row["scope"], row["group"])
        yield from ((place, field, key.cell("label_noise", field)) for field in _FIELDS)


def _words(rows: pd.DataFrame, absent: str, context: Context) -> FigureWords:
    """Say what is drawn."""
    if absent:
        return FigureWords("label_noise", "", "How good the labels are", data_sentence(context), "", absent)
    first = rows.iloc[0]
    drawn = interval_words(
        first["probability"], f"{first['units']} patients", int(first["draws"]), int(first["bootstrap_seed"])
    )
    label = context.variants[first["variant"]].label
    order = "by tenth of the reading order" if _along_order(rows) else "by level, since no day of reading is known"
    return FigureWords(
        name="label_noise",
        number="",
        title="How good the labels are",
        caption=caption(
            f"Variant “{label}”, out of fold, n = {first['n']:,} scored samples.",
            f"A: linear κ of model and reading {order}; the line is that of all.",
            "B: linear κ of trained models with each other, and of the same models with the reading.",
            "C: linear κ that a model would reach which knows the truth, by the share of readings one grade off: "
            "simulated, each disc alone (blue) or a patient's together (pale); dashed, this variant's κ.",
            f"Bars and bands are {drawn}; in C they hold as many simulated studies of this size.",
            data_sentence(context),
            explained("κ"),
        ),
        alt=f"The variant agrees with the readings by a linear kappa of {first['value']:.2f}; parts of the readings, "
        "pairs of models, and simulated ceilings are set next to it.",
    )


def _along_order(rows: pd.DataFrame) -> bool:
    return bool(rows["scope"].eq("order").any())


def draw_noise(figure: Figure, rows: pd.DataFrame, width: float) -> None:
    """Draw the three panels."""
    parts, pairs, ceiling = figure.subplots(3, 1) if is_narrow(width) else figure.subplots(1, 3)
    overall = float(rows.loc[rows["scope"].eq("all"), "value"].iloc[0])
    _draw_parts(parts, rows, overall)
    _draw_pairs(pairs, rows[rows["scope"] == "models"])
    _draw_ceiling(ceiling, rows, overall)
    for axes, name in zip((parts, pairs, ceiling), "ABC", strict=True):
        letter(axes, name)


def _bars(axes: Axes, places: Any, rows: pd.DataFrame, **look: Any) -> None:  # noqa: ANN401 - what matplotlib takes
    span = np.abs([rows["value"] - rows["lower"], rows["upper"] - rows["value"]])
    axes.errorbar(places, rows["value"], span, markersize=3.5, linewidth=0.8, linestyle="none", **look)


def _draw_parts(axes: Axes, rows: pd.DataFrame, overall: float) -> None:
    along = _along_order(rows)
    chosen = rows[rows["scope"] == ("order" if along else "level")]
    places = chosen["group"].astype(int) if along else np.arange(len(chosen))
    _bars(axes, places, chosen, fmt="o", color=BLUE)
    axes.axhline(overall, color=GREY, linewidth=0.8)
    axes.set(xlabel="Tenth of the reading order" if along else "Level", ylabel="Linear κ", ylim=(None, 1))
    axes.set_xticks(places, chosen["group"])
    axes.set_title("Model and reading")


def _draw_pairs(axes: Axes, rows: pd.DataFrame) -> None:
    kinds = [kind for kind in _KINDS if rows["group"].eq(kind).any()]
    for shift, (metric, (colour, marker, label)) in zip((-0.1, 0.1), _SIDES.items(), strict=True):
        chosen = rows[rows["metric"] == metric].set_index("group").reindex(kinds)
        if kinds:
            _bars(axes, np.arange(len(kinds)) + shift, chosen, fmt=marker, color=colour, label=label)
    if kinds:
        axes.legend(loc="lower left", fontsize=6.5)
    else:
        axes.text(0.5, 0.5, "One model only", transform=axes.transAxes, ha="center")
    axes.set(xlim=(-0.5, max(len(kinds), 1) - 0.5), ylim=(0, 1), ylabel="Linear κ")
    axes.set_xticks(np.arange(len(kinds)), [_KINDS[kind] for kind in kinds])
    axes.set_title("Models")


def _draw_ceiling(axes: Axes, rows: pd.DataFrame, overall: float) -> None:
    for scope, colour, alpha in (("ceiling_together", SKY, 0.25), ("ceiling_apart", BLUE, 0.3)):
        chosen = rows[rows["scope"] == scope].assign(rate=lambda frame: frame["group"].astype(float) * 100)
        axes.fill_between(chosen["rate"], chosen["lower"], chosen["upper"], color=colour, alpha=alpha, linewidth=0)
        axes.plot(chosen["rate"], chosen["value"], color=colour)
    axes.axhline(overall, color=VERMILLION, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set(xlabel="Readings one grade off, %", ylabel="Linear κ", ylim=(None, 1))
    axes.set_title("Ceiling")
