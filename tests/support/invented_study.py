"""An invented study of any size whose predictions and readings scatter about hidden grades, to score and tabulate."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import yaml
from table_rows import disc_row

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, LEVELS, grades_of, nearest
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.stability import MOVED
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.certainty.learning import learn_certainty
from discgrade.reliability.intervals import credible_intervals
from discgrade.reliability.plan import RunPlan, certainty_plans, run_plans, why_no_certainty
from discgrade.reliability.scoring import score_runs
from discgrade.reliability.stability import measure_stability
from discgrade.settings.loading import check_config
from discgrade.settings.model import Intervals, Study, Unit
from discgrade.settings.run import HOLDOUT
from discgrade.settings.study import read_study

ROOT = Path(__file__).parents[2]
DRAWN = Intervals(probability=0.9973, draws=2000, seed=1)
NOISE = {"default": 0.3, "integral": 0.32, "soft_kappa": 0.6, "mse": 0.35}
CONFIG: dict[str, Any] = {
    "images": {"resolution": 48, "resolutions": [24, 48]},
    "splits": {"folds": 2, "shares": [1, 4]},
    "variants": {
        "default": {"loss": "categorical_crossentropy", "scale": "fractional"},
        "integral": {"loss": "categorical_crossentropy", "scale": "integral"},
        "soft_kappa": {"loss": "soft_kappa", "scale": "fractional"},
        "mse": {"loss": "mean_squared_error", "scale": "continuous"},
    },
    "grid": {"default": "default", "variants": None, "folds": ["default", "integral"], "seeds": [1]},
}


def study_of(**sections: Any) -> Study:
    """Return the settings of config.yaml with some sections merged over it; the variants are those given alone."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")) | {"study": "invented"}
    for name, section in sections.items():
        config[name] = section if name == "variants" else config[name] | section
    return read_study(check_config(config))


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
    for split in [HOLDOUT, *(f"fold-{number + 1:02d}" for number in range(folds))]:
        for index, (patient, cohort) in enumerate(discs.groupby("patient")["cohort"].first().items()):
            tested = index % folds == int(split[-2:]) - 1 if split != HOLDOUT else index % 4 == 0
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
    return pd.concat(parts).drop(columns="grade").rename(columns={"given": "grade"})[RATINGS.names]


def make_predictions(
    rng: np.random.Generator, discs: pd.DataFrame, parts: pd.Series, plan: RunPlan, copies: int
) -> pd.DataFrame:
    run, scale = plan.run, plan.scale
    noise = NOISE[run.variant] * run.share**0.2 * (48 / run.resolution) ** 0.1
    chosen = discs.assign(part=discs["patient"].map(parts))
    chosen = chosen[chosen["part"].isin(["test", "external"])]
    frames = []
    for copy in range(copies + 1):
        value = chosen["grade"].to_numpy() + rng.normal(0, noise, len(chosen))
        grades = grades_of(scale)
        outputs = np.exp(-((value[:, None] - grades) ** 2) / 0.1)
        outputs = value[:, None] if scale == "continuous" else outputs / outputs.sum(1, keepdims=True)
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
    **sections: Any,
) -> SimpleNamespace:
    """Write discs, splits, ratings and the predictions of every run of a study with some sections of its config.

    `whole` gives integral grades only; `again` and `second` are the numbers of discs read again, and by rater 2.
    """
    rng = np.random.default_rng(20210201)
    study = study_of(**CONFIG | sections)
    discs = make_discs(rng, patients, external, whole)
    splits = make_splits(discs, study.splits.folds)
    ratings = make_ratings(rng, discs, again, second, whole)
    plans = run_plans(study)
    paths: Sequence[Path] = [folder / "runs" / str(index) / "predictions.parquet" for index in range(len(plans))]
    apart: list[Path] = []
    for path, plan in zip(paths, plans, strict=True):
        parts = splits[splits["split"] == plan.run.split].set_index("patient")["part"]
        made = make_predictions(rng, discs, parts, plan, copies)
        outside = made["part"] == "external"
        write_table(made[~outside], PREDICTIONS, path)
        if external and plan.run.split == HOLDOUT:
            apart.append(write_table(made[outside], PREDICTIONS, path.with_name("external.parquet")))
    return SimpleNamespace(
        folder=folder,
        study=study,
        runs=plans,
        predictions=paths,
        external=apart,
        discs=write_table(discs, DISCS, folder / "discs.parquet"),
        splits=write_table(splits, SPLITS, folder / "splits.parquet"),
        ratings=write_table(ratings, RATINGS, folder / "ratings.parquet"),
        graded=folder / "graded.parquet",
        scores=folder / "scores.parquet",
        intervals=folder / "intervals.parquet",
        comparisons=folder / "comparisons.parquet",
        posteriors=folder / "posteriors.parquet",
        shown=folder / "shown_intervals.parquet",
    )


def score(made: SimpleNamespace) -> None:
    """Run `score_runs` on a made study."""
    names = ("predictions", "external", "runs", "discs", "splits", "ratings", "graded", "scores")
    score_runs(**{name: getattr(made, name) for name in names}, reference=made.study.cohort.reference)


def draw(made: SimpleNamespace, unit: Unit = "patient", threads: int = 1, **changes: Any) -> None:
    """Run `credible_intervals` on a scored study."""
    names = ("graded", "discs", "ratings", "intervals", "comparisons", "posteriors", "shown")
    credible_intervals(
        **{name: getattr(made, name) for name in names},
        unit=unit,
        reference=made.study.cohort.reference,
        settings=replace(DRAWN, **changes),
        threads=threads,
    )


def be_certain(made: SimpleNamespace, **changes: Any) -> dict[str, Path]:
    """Run `learn_certainty` on a made study; return the files that it writes, by name."""
    plans = certainty_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    files = {"calibration": made.folder / "calibration.json", "certainty": made.folder / "certainty.parquet"}
    given = {"predictions": [paths[plan.run] for plan in plans], "runs": plans, "coverage": 0.9, "intervals": DRAWN}
    given |= {"reason": why_no_certainty(made.study), "discs": made.discs, "splits": made.splits}
    learn_certainty(**given | changes | files)
    return files


def be_stable(made: SimpleNamespace, moves: Sequence[str] = ("left", "slice before")) -> Path:
    """Run `measure_stability` on a made study: of each move every tenth disc gets a grade less, down to grade 1."""
    discs = records.read(made.discs, DISCS).to_pylist()
    variant = made.study.variants[made.study.grid.default]
    run = {"variant": variant.name, "resolution": 48, "share": 1, "split": "fold-01", "seed": 1}
    rows = [
        run
        | {"disc": disc["disc"], "patient": disc["patient"], "move": move, "scale": variant.training.scale}
        | {"before": disc["integral"], "after": max(1.0, disc["integral"] - (number % 10 == 0))}
        for move in moves
        for number, disc in enumerate(discs)
    ]
    stability: Path = made.folder / "stability.parquet"
    records.write(rows, MOVED, made.folder / "moved.parquet")
    measure_stability(moved=made.folder / "moved.parquet", intervals=DRAWN, stability=stability)
    return stability
