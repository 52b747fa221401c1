"""What a run predicted for its scored part, decoded and checked against discs and splits."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.copies import is_scored
from discgrade.decoding import decode
from discgrade.grades import is_grade
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.scores import GRADED
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.plan import RunPlan
from discgrade.settings.run import EXTERNAL, HOLDOUT, Run

_NAMED = 5


def named(values: Iterable[object]) -> str:
    """Name a few of many values, for an error message."""
    values = sorted(set(map(str, values)))
    rest = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(values[:_NAMED]) + rest


def read_discs(path: Path) -> pd.DataFrame:
    """Return the discs by name, sorted.

    Raises:
        ValueError: if a disc occurs twice or its reference grade is not on the fractional scale.
    """
    columns = ["disc", "patient", "level", "grade", "cohort", "origin", "manufacturer", "field_strength"]
    discs: pd.DataFrame = records.read(path, DISCS, columns).to_pandas().set_index("disc").sort_index()
    repeated = discs.index[discs.index.duplicated()]
    if len(repeated):
        raise ValueError(f"{path}: a disc should occur once. Occur more often: {named(repeated)}")
    wrong = discs.index[~is_grade(discs["grade"])]
    if len(wrong):
        raise ValueError(f"{path}: reference grades outside the scale: {named(wrong)}")
    return discs


def read_splits(path: Path) -> pd.DataFrame:
    """Return split, patient and part of every patient.

    Raises:
        ValueError: if two folds score the same patient, or one split gives a patient two parts.
    """
    splits: pd.DataFrame = records.read(path, SPLITS, ["split", "patient", "part"]).to_pandas()
    twice = splits[splits.duplicated(["split", "patient"])]
    if len(twice):
        raise ValueError(f"{path}: a patient should have one part of a split. Have more: {named(twice['patient'])}")
    tested = splits[(splits["part"] == "test") & (splits["split"] != HOLDOUT)]
    shared = tested[tested.duplicated("patient", keep=False)]
    if len(shared):
        raise ValueError(
            f"{path}: folds should not share a patient. Folds {named(shared['split'])} share {named(shared['patient'])}"
        )
    return splits


def scored_outputs(path: Path, plan: RunPlan, external: Path | None = None) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return disc, copy and part of the copies that the protocol scores, and their outputs, (n, K).

    Args:
        path: The run's predictions.
        plan: The run.
        external: What it predicts for the external cohort.

    Raises:
        ValueError: if the outputs do not have one width, or copies to be averaged are missing.
    """
    table = records.read_all([path] if external is None else [path, external], PREDICTIONS).combine_chunks()
    table = table.filter(pa.array(is_scored(table.column("copy").to_numpy(), plan.protocol.score)))
    frame: pd.DataFrame = table.select(["disc", "copy", "part"]).to_pandas()
    try:
        values = _outputs(table)
        if plan.protocol.score == "averaged" and len(frame):
            frame, values = _averaged(frame, values)
    except ValueError as error:
        raise ValueError(f"{plan.run.path}: {error}") from None
    return frame, values


def _predictions(path: Path, plan: RunPlan, cuts: Sequence[float] | None, external: Path | None) -> pd.DataFrame:
    """Return disc, copy, part, outputs and predicted grade of the copies that the protocol scores."""
    frame, values = scored_outputs(path, plan, external)
    try:
        predicted = decode(values, plan.scale, plan.decoding, cuts) if len(frame) else np.empty(0)
    except ValueError as error:
        raise ValueError(f"{plan.run.path}: {error}") from None
    return frame.assign(outputs=list(values), predicted=predicted)


def _outputs(table: pa.Table) -> NDArray[np.float64]:
    """Return the outputs of the samples, (n, K)."""
    outputs = table.column("outputs").combine_chunks()
    widths = np.unique(outputs.value_lengths().to_numpy())
    if len(widths) > 1:
        raise ValueError(f"predictions should have one width. Received: {widths.tolist()}")
    values = outputs.flatten().to_numpy(zero_copy_only=False)
    return np.asarray(values.reshape(len(table), -1) if len(table) else np.empty((0, 1)), np.float64)


def _averaged(frame: pd.DataFrame, values: NDArray[np.float64]) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Put one row in the place of a disc's copies: copy 0, with the mean of their outputs."""
    _, first, place = np.unique(frame["disc"].to_numpy(str), return_index=True, return_inverse=True)
    counts = np.bincount(place)
    if counts.min() < counts.max():
        fewer = frame["disc"].to_numpy()[first[counts < counts.max()]]
        raise ValueError(f"every disc should have {counts.max()} scored copies. Fewer: {named(fewer)}")
    sums = np.zeros((len(first), values.shape[1]))
    np.add.at(sums, place, values)
    return frame.iloc[first].assign(copy=0).reset_index(drop=True), sums / counts[:, None]


def _check_part(frame: pd.DataFrame, expected: pd.Index, part: str, plan: RunPlan) -> None:
    name = plan.run.path
    missing = expected.difference(pd.Index(frame["disc"]))
    if len(missing):
        what = "as augmented copies" if plan.protocol.score == "augmented" else "as read"
        raise ValueError(f"{name}: the {part} part should be predicted {what}. Without prediction: {named(missing)}")
    others = pd.Index(frame["disc"]).difference(expected)
    if len(others):
        raise ValueError(f"{name}: predictions of discs outside the {part} part of {plan.run.split}: {named(others)}")
    repeated = frame[frame.duplicated(["disc", "copy"])]
    if len(repeated):
        raise ValueError(f"{name}: a copy of a disc should be predicted once. More often: {named(repeated['disc'])}")
    copies = frame.groupby("disc")["copy"].size()
    if copies.nunique() > 1:
        odd = copies.index[copies != copies.max()]
        raise ValueError(f"{name}: every disc should have {copies.max()} scored copies. Fewer: {named(odd)}")


def graded_outputs(
    path: Path,
    plan: RunPlan,
    discs: pd.DataFrame,
    splits: pd.DataFrame,
    cuts: Sequence[float] | None = None,
    *,
    external: Path | None = None,
) -> pd.DataFrame:
    """Decode what a run put out, and check that it covers the run's scored part.

    The external cohort is scored once, by the runs on the hold-out split.

    Args:
        path: The run's predictions.
        plan: The run, its scale, its decoding rule and its protocol.
        discs: As `read_discs` returns.
        splits: As `read_splits` returns.
        cuts: What `decoding: cuts` decodes by.
        external: What the run predicts for the external cohort; None: nothing, or `path` holds it.

    Returns:
        Columns disc, copy, part, outputs (K numbers), predicted (grade) and reference (grade), sorted by part (test
        first), disc and copy; where the protocol averages copies, the outputs are their mean.

    Raises:
        ValueError: if discs are unknown, a disc of the scored part is missing or outputs do not fit the scale.
    """
    frame = _predictions(path, plan, cuts, external)
    unknown = pd.Index(frame["disc"]).difference(discs.index)
    if len(unknown):
        raise ValueError(f"{plan.run.path}: predictions of unknown discs: {named(unknown)}")
    patients = splits[splits["split"] == plan.run.split]
    parts = ["test", EXTERNAL] if plan.run.split == HOLDOUT else ["test"]
    frame = frame[frame["part"].isin(parts)]
    for part in parts:
        chosen = patients.loc[patients["part"] == part, "patient"]
        _check_part(frame[frame["part"] == part], discs.index[discs["patient"].isin(chosen)], part, plan)
    if not len(frame):
        raise ValueError(f"{plan.run.path}: no scored part: {plan.run.split} has no test patients")
    frame = frame.assign(reference=discs["grade"][frame["disc"]].values)
    return frame.sort_values(["part", "disc", "copy"], ascending=[False, True, True], ignore_index=True)


def external_of(external: Sequence[Path], plans: Sequence[RunPlan]) -> dict[Run, Path]:
    """Return what runs predict for the external cohort, by run.

    Args:
        external: Of the runs on the hold-out split, in their order; empty without such a cohort.
        plans: All runs.
    """
    scored = [plan.run for plan in plans if plan.run.split == HOLDOUT]
    return dict(zip(scored, external, strict=True)) if external else {}


def grade_run(
    path: Path,
    plan: RunPlan,
    discs: pd.DataFrame,
    splits: pd.DataFrame,
    cuts: Sequence[float] | None = None,
    *,
    external: Path | None = None,
    origins: Mapping[str, "pd.Series[str]"] | None = None,
) -> pd.DataFrame:
    """Return a run's graded samples, columns of `scores.GRADED`; see `graded_outputs`.

    Args:
        path: The run's predictions.
        plan: The run.
        discs: As `read_discs` returns.
        splits: As `read_splits` returns.
        cuts: What `decoding: cuts` decodes by.
        external: What the run predicts for the external cohort, if it is scored on it.
        origins: As `label_origins` returns; empty where all labels are the sheet's.
    """
    frame = graded_outputs(path, plan, discs, splits, cuts, external=external)
    known = (origins or {}).get(plan.run.split)
    origin = None if known is None else known.reindex(frame["disc"]).fillna(discs["origin"]).to_numpy(object)
    return pd.DataFrame(frame.assign(**plan.run.wildcards, scale=plan.scale, origin=origin)[GRADED.names])


def label_origins(labels: Sequence[Path]) -> dict[str, "pd.Series[str]"]:
    """Return who made the labels that models of each split learn, by disc, of those that a model had a part in."""
    found = records.read_all(labels, LABELS, ["split", "disc", "origin"]).to_pandas() if labels else None
    if found is None:
        return {}
    return {str(split): rows.set_index("disc")["origin"] for split, rows in found.groupby("split")}
