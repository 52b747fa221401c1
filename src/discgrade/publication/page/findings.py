"""What the report reads of a finished study: its scores, discs, partitions and flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from discgrade import records
from discgrade.publication.agreement_values import Agreed, read_agreed
from discgrade.publication.context import ComparedContext
from discgrade.publication.page.shown_settings import ShownSettings
from discgrade.publication.tables.rows.scores import Study, narrowed, read_study
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.flow import Flow, read_flow
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.regions import FLAGGED
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.certainty import CERTAINTY
from discgrade.records.results.training import NETWORK
from discgrade.settings.run import FOLD_MEAN, FOLDS, HOLDOUT, Run

_DISCS = ["disc", "patient", "level", "integral", "cohort", "origin", "manufacturer", "field_strength", "sex", "age"]


@dataclass(frozen=True)
class Sources:
    """The files that the report reads.

    Attributes:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        shown: `shown_intervals.parquet`.
        comparisons: `comparisons.parquet`.
        agreement: `agreement.parquet`.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        flow: `flow.json`.
        flagged: `flagged.parquet`.
        certainty: `certainty.parquet`.
        network: `network.parquet` of the default run.
        labels: The hold-out split's labels of a cohort that a model labels, `labels/holdout.parquet`; else none.
    """

    scores: Path
    intervals: Path
    shown: Path
    comparisons: Path
    agreement: Path
    discs: Path
    splits: Path
    flow: Path
    flagged: Path
    certainty: Path
    network: Path
    labels: Sequence[Path] = ()


FILES = [field.name for field in fields(Sources) if field.name != "labels"]
"""The sources that every study has."""


@dataclass(frozen=True)
class Findings:
    """What was found, and under which settings.

    Attributes:
        context: What the study is, in words.
        told: Its settings.
        study: Scores, intervals and comparisons.
        shown: The same with the intervals of the probability that the summary shows (`intervals.show`).
        agreed: Agreement of the model that the study ends in, with tests of its groups.
        discs: One row a disc.
        splits: The part of each patient in each split.
        flow: What was received and kept.
        flagged: Number of discs whose region the outlier check flagged.
        certainty: Rows of `certainty.CERTAINTY` over all discs, by grade and metric.
        parameters: Trainable and fixed parameters of the default run's network.
        layers: Number of its layers.
        labels: Labels of the hold-out split that a model made, rows of `pseudo_labels.LABELS`; None where none did.
    """

    context: ComparedContext
    told: ShownSettings
    study: Study
    shown: Study
    agreed: Agreed
    discs: pd.DataFrame
    splits: pd.DataFrame
    flow: Flow
    flagged: int
    certainty: Mapping[tuple[float | None, str], Mapping[str, Any]]
    parameters: int
    layers: int
    labels: pd.DataFrame | None = None

    def run(self, split: str) -> Run:
        """Return the run of a split of the model that the study ends in, over all seeds."""
        return replace(self.main, split=split)

    @property
    def main(self) -> Run:
        """The run that says most of the model that the study ends in: of all folds, else of the hold-out split."""
        return self.agreed.run

    @property
    def label(self) -> str:
        """The printed name of that model."""
        return self.told.labels[self.main.variant]

    @property
    def folds(self) -> str:
        """The split that stands for the cross-validation."""
        return FOLD_MEAN if self.context.unit == "fold" else FOLDS

    def tested(self, split: str) -> pd.DataFrame:
        """Return the discs that a split scores; the folds score the discs of all folds' test parts."""
        chosen = self.splits["split"] == HOLDOUT if split == HOLDOUT else self.splits["split"] != HOLDOUT
        patients = self.splits[chosen & (self.splits["part"] == "test")]["patient"]
        return self.discs[self.discs["patient"].isin(patients)]


def read_findings(sources: Sources, context: ComparedContext, told: ShownSettings) -> Findings:
    """Read what the report says of a study."""
    certain = records.read(sources.certainty, CERTAINTY).to_pylist()
    network = records.read(sources.network, NETWORK, ["parameters"]).to_pydict()["parameters"]
    study = read_study(sources.scores, sources.intervals, sources.comparisons)
    return Findings(
        context=context,
        told=told,
        study=study,
        shown=narrowed(study, sources.shown),
        agreed=read_agreed(sources.agreement),
        discs=records.read(sources.discs, DISCS, _DISCS).to_pandas(),
        splits=records.read(sources.splits, SPLITS, ["split", "patient", "part"]).to_pandas(),
        flow=read_flow(sources.flow),
        flagged=len(records.read(sources.flagged, FLAGGED, ["disc"])),
        certainty={(row["grade"], row["metric"]): row for row in certain if row["scope"] == "all"},
        parameters=sum(network),
        layers=len(network),
        labels=_labels(sources.labels),
    )


def _labels(paths: Sequence[Path]) -> pd.DataFrame | None:
    found: pd.DataFrame | None = None
    if paths:
        found = records.read(paths[0], LABELS, ["disc", "part", "origin"]).to_pandas()
    return found
