"""An invented study of any size whose predictions and readings scatter about hidden grades, to score and tabulate."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from table_rows import disc_row

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, LEVELS, grades_of, nearest
from discgrade.reliability.intervals import credible_intervals
from discgrade.reliability.scoring import score_runs
from discgrade.settings import grid

NOISE = {"default": 0.3, "integral": 0.32, "soft_kappa": 0.6, "mse": 0.35}
CONFIG: dict[str, Any] = {
    "images": {"resolution": 48, "resolutions": [24, 48]},
    "splits": {"folds": 2, "shares": [1, 4]},
    "training": {"decoding": "argmax"},
    "variants": {
        "default": {"scale": "fractional"},
        "integral": {"scale": "integral"},
        "soft_kappa": {"scale": "fractional"},
        "mse": {"scale": "continuous"},
    },
    "grid": {"default": "default", "variants": None, "folds": ["default", "integral"], "seeds": [1]},
    "protocol": {"score": "as_read", "checkpoint": "validation", "unit": "patient"},
}


def make_discs(rng: np.random.Generator, patients: int, external: int, whole: bool) -> pd.DataFrame:
    rows = []
    for number in range(patients + external):
        cohort = "external" if number >= patients else "supplemental" if number % 5 == 4 else "primary"
        mean = rng.choice([1.6, 4.3]) if cohort == "supplemental" else rng.normal(3.0, 0.6)
        person = {
            "origin": "human" if number % 7 else "reviewed",
            "manufacturer": [None, "Siemens", "Philips"][number % 3],
            "field_strength": [1.5, 3.0][number % 2],
            "sex": "FM"[number % 2],
            "age": 30.0 + number % 50,
        }
        for index, level in enumerate(LEVELS):
            grade = float(nearest(rng.normal(mean, 0.5), INTEGRAL if whole else FRACTIONAL))
            rows.append(disc_row(number, f"P{number:04d}-{index}", level, grade, cohort=cohort, **person))
    return pd.DataFrame(rows)


def make_splits(discs: pd.DataFrame, folds: int) -> pd.DataFrame:
    rows = []
    for split in [grid.HOLDOUT, *(f"fold-{number + 1:02d}" for number in range(folds))]:
        for index, (patient, cohort) in enumerate(discs.groupby("patient")["cohort"].first().items()):
            tested = index % folds == int(split[-2:]) - 1 if split != grid.HOLDOUT else index % 4 == 0
            part = "external" if cohort == "external" else "test" if tested else "train"
            rows.append({"split": split, "patient": patient, "part": part, "share": 1})
    return pd.DataFrame(rows)


def make_ratings(rng: np.random.Generator, discs: pd.DataFrame, again: int, second: int, whole: bool) -> pd.DataFrame:
    grades = INTEGRAL if whole else FRACTIONAL
    readings = [("R1", 1, discs.assign(given=discs["grade"]))]
    for rater, reading, number, bias, noise in (("R1", 2, again, 0.0, 0.3), ("R2", 1, second, -0.3, 0.5)):
        chosen = discs.iloc[rng.permutation(len(discs))[:number]]
        given = nearest(chosen["grade"] + rng.normal(bias, noise, len(chosen)), grades)
        readings.append((rater, reading, chosen.assign(given=given)))
    parts = [part.assign(rater=rater, reading=reading, read_day=0) for rater, reading, part in readings]
    return pd.concat(parts).drop(columns="grade").rename(columns={"given": "grade"})[records.RATINGS.names]


def make_predictions(
    rng: np.random.Generator, discs: pd.DataFrame, parts: pd.Series, plan: dict[str, Any], copies: int
) -> pd.DataFrame:
    noise = NOISE[plan["variant"]] * plan["share"] ** 0.2 * (48 / plan["resolution"]) ** 0.1
    chosen = discs.assign(part=discs["patient"].map(parts))
    chosen = chosen[chosen["part"].isin(["test", "external"])]
    frames = []
    for copy in range(copies + 1):
        value = chosen["grade"].to_numpy() + rng.normal(0, noise, len(chosen))
        grades = grades_of(plan["scale"])
        outputs = np.exp(-((value[:, None] - grades) ** 2) / 0.1)
        outputs = value[:, None] if plan["scale"] == "continuous" else outputs / outputs.sum(1, keepdims=True)
        frames.append(chosen[["disc", "part"]].assign(copy=copy, outputs=list(outputs.astype(np.float32))))
    return pd.concat(frames)


def write_table(frame: pd.DataFrame, schema: pa.Schema, path: Path) -> Path:
    records.write(pa.Table.from_pandas(frame[schema.names], schema, preserve_index=False), schema, path)
    return path


def make_study(
    folder: Path,
    *,
    patients: int = 60,
    external: int = 0,
    whole: bool = False,
    again: int = 120,
    second: int = 60,
    copies: int = 1,
    **config: Any,
) -> SimpleNamespace:
    """Write discs, splits, ratings and the predictions of every run of a config.

    `whole` gives integral grades only; `again` and `second` are the numbers of discs read again, and by rater 2.
    """
    rng = np.random.default_rng(20210201)
    config = CONFIG | config
    discs = make_discs(rng, patients, external, whole)
    splits = make_splits(discs, config["splits"]["folds"])
    ratings = make_ratings(rng, discs, again, second, whole)
    plans = grid.run_plans(config)
    paths: Sequence[Path] = [folder / "runs" / str(index) / "predictions.parquet" for index in range(len(plans))]
    for path, plan in zip(paths, plans, strict=True):
        parts = splits[splits["split"] == plan["split"]].set_index("patient")["part"]
        write_table(make_predictions(rng, discs, parts, plan, copies), records.PREDICTIONS, path)
    return SimpleNamespace(
        folder=folder,
        config=config,
        runs=plans,
        predictions=paths,
        discs=write_table(discs, records.DISCS, folder / "discs.parquet"),
        splits=write_table(splits, records.SPLITS, folder / "splits.parquet"),
        ratings=write_table(ratings, records.RATINGS, folder / "ratings.parquet"),
        graded=folder / "graded.parquet",
        scores=folder / "scores.parquet",
        intervals=folder / "intervals.parquet",
        comparisons=folder / "comparisons.parquet",
    )


def score(made: SimpleNamespace) -> None:
    """Run `score_runs` on a made study."""
    names = ("predictions", "runs", "discs", "splits", "ratings", "graded", "scores")
    score_runs(**{name: getattr(made, name) for name in names})


def draw(made: SimpleNamespace, **changes: Any) -> None:
    """Run `credible_intervals` on a scored study."""
    names = ("graded", "discs", "ratings", "intervals", "comparisons")
    settings = {"unit": "patient", "probability": 0.9973, "draws": 2000, "seed": 1} | changes
    credible_intervals(**{name: getattr(made, name) for name in names}, **settings)
