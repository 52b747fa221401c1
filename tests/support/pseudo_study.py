"""An invented study whose second cohort is labelled by teachers, reviewed, and scored."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from invented_study import CONFIG, DRAWN, make_predictions, make_study, write_table

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.plan import RunPlan, arm_plans, teacher_plans
from discgrade.reliability.pseudo.labelling import label_cohort
from discgrade.reliability.pseudo.merging import merge_labels
from discgrade.reliability.pseudo.scoring import score_pseudo_labels

COHORT = "supplemental"


def labelled_study(folder: Path, *, patients: int = 40, deviation: float = 0.5) -> SimpleNamespace:
    """Make a study, and the labels of every split before (`pseudo`) and after review (`labels`)."""
    splits = CONFIG["splits"] | {"shares": [1]}
    grid = CONFIG["grid"] | {"variants": ["default"], "folds": ["default"]}
    images, pseudo = {"resolution": 48, "resolutions": []}, {"make": True, "learn": True}
    few = {"patients": patients, "again": 5, "second": 5, "copies": 0}
    made = make_study(folder, **few, splits=splits, grid=grid, images=images, pseudo_labels=pseudo)
    discs = records.read(made.discs, DISCS).to_pandas()
    write_table(discs.assign(origin="human"), DISCS, made.discs)
    made.teachers = teacher_plans(made.study)
    made.arms = arm_plans(made.study)
    made.predicted = {plan.run: predict(made, plan, number) for number, plan in enumerate([*made.teachers, *made.arms])}
    made.pseudo, made.labels = [], []
    for plan in made.teachers:
        made.pseudo.append(folder / "pseudo" / f"{plan.run.split}.parquet")
        made.labels.append(folder / "labels" / f"{plan.run.split}.parquet")
        label(made, plan, made.pseudo[-1])
        merge_labels(pseudo=made.pseudo[-1], answers=None, deviation=deviation, destination=made.labels[-1])
    return made


def predict(made: SimpleNamespace, plan: RunPlan, seed: int) -> Path:
    """Write what a run predicts: of the cohort's discs in every part too, where it does not learn them."""
    discs = records.read(made.discs, DISCS).to_pandas()
    splits = records.read(made.splits, SPLITS).to_pandas()
    parts = splits[splits["split"] == plan.run.split].set_index("patient")["part"]
    of_cohort = set(discs.loc[discs["cohort"] == COHORT, "patient"]) if plan.run.variant.endswith("-without") else set()
    shown = parts.where(~parts.index.isin(of_cohort), "test")
    known = replace(plan, run=replace(plan.run, variant="default"))
    frame = make_predictions(np.random.default_rng(seed), discs, shown, known, copies=0)
    patients = discs.set_index("disc")["patient"].loc[frame["disc"]]
    frame = frame.assign(part=parts.loc[patients].to_numpy())
    return write_table(frame, PREDICTIONS, made.folder / plan.run.path / "predictions.parquet")


def label(made: SimpleNamespace, plan: RunPlan, destination: Path, cohort: str = COHORT) -> None:
    """Run `label_cohort` for the teacher of a split."""
    label_cohort(
        predictions=made.predicted[plan.run],
        teacher=plan,
        discs=made.discs,
        splits=made.splits,
        cohort=cohort,
        destination=destination,
    )


def score_labels(made: SimpleNamespace, folds: bool = True) -> Path:
    """Run `score_pseudo_labels`; without folds nothing is compared."""
    arms = made.arms if folds else []
    destination: Path = made.folder / "pseudo_labels.parquet"
    score_pseudo_labels(
        predictions=[made.predicted[plan.run] for plan in arms],
        runs=arms,
        labels=made.labels,
        teachers=[plan.run for plan in made.teachers],
        discs=made.discs,
        splits=made.splits,
        cohort=COHORT,
        intervals=DRAWN,
        destination=destination,
    )
    return destination
