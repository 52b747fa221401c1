"""Write `agreement.parquet`: agreement of the main model by group, tests, limits of agreement and sample sizes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from discgrade import records
from discgrade.records.results.agreement import AGREEMENT
from discgrade.reliability.agreement import limits, planning
from discgrade.reliability.agreement.grouped import Spread, group_spreads, spread_of
from discgrade.reliability.agreement.heterogeneity import METRIC, SENSITIVITY, Compared, compare_groups, holm
from discgrade.reliability.agreement.samples import FACTORS, GRADE, OF_HEADERS, Samples, groups_of, read_samples
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLDS, HOLDOUT, Run

Row = dict[str, Any]

MADE_UP = "the headers of the scans were made up (bundle.headers)"
UNKNOWN = "not in the headers of the scans, or not kept at de-identification"


def write_agreement(
    *, graded: Path, discs: Path, runs: Sequence[Run], headers: bool, settings: Intervals, destination: Path
) -> None:
    """Write how well the main model agrees, in more ways than its scores say.

    Args:
        graded: `graded.parquet`.
        discs: `discs.parquet`.
        runs: The runs of the main model: of all folds and seeds, else on the hold-out split.
        headers: Whether the headers of the scans tell the truth.
        settings: How credible intervals are drawn; patients are weighed.
        destination: `agreement.AGREEMENT`.
    """
    samples = read_samples(graded, discs, runs)
    first = runs[0]
    run = replace(first, split=HOLDOUT if first.split == HOLDOUT else FOLDS, seed=ALL_SEEDS)
    rows = [
        *_group_rows(samples, headers, settings),
        *_test_rows(samples, headers, settings),
        *_limit_rows(samples, settings),
        *_planning_rows(samples, settings),
    ]
    records.write([run.wildcards | _drawn(settings) | row for row in rows], AGREEMENT, destination)


def _drawn(settings: Intervals) -> Row:
    how: Row = {"probability": settings.probability, "unit": "patient", "units": 0, "draws": settings.draws}
    return how | {"bootstrap_seed": settings.seed, "inner_probability": settings.inner}


def _row(samples: Samples, place: tuple[str, str], metric: str, spread: Spread, reason: str | None = None) -> Row:
    """Return a row of a scope and its group."""
    patients = samples.discs["patient"].nunique()
    named: Row = {"scope": place[0], "group": place[1], "grade": None, "metric": metric, "reason": reason}
    return named | {"n": len(samples.reference), "patients": patients, "units": patients} | vars(spread)


def _single(value: float) -> Spread:
    return Spread(value, *[float("nan")] * 4)


def _group_rows(samples: Samples, headers: bool, settings: Intervals) -> Iterator[Row]:
    """Yield the coefficients of all discs and of each group."""
    scopes = [("all", "", np.ones(len(samples.discs), bool))]
    for factor in FACTORS:
        if headers or factor not in OF_HEADERS:
            scopes += [(factor, name, mask) for name, mask in groups_of(samples, factor)]
    for scope, group, mask in scopes:
        part = samples.of(mask)
        for metric, spread in group_spreads(part, settings).items():
            reason = "no variance, or too few discs" if np.isnan(spread.value) else None
            yield _row(part, (scope, group), metric, spread, reason)


def _test_rows(samples: Samples, headers: bool, settings: Intervals) -> Iterator[Row]:
    """Yield the test of each factor: its statistic, its p value, and the one adjusted for the number of factors.

    Whether reference grades are met equally often is another question, whose p value stands alone.
    """
    tests = [_test(samples, factor, headers, settings.seed) for factor in FACTORS]
    for factor, test, adjusted in zip(FACTORS, tests, holm([one.p for one in tests]), strict=True):
        values = {"wald": test.statistic, "p": test.p, "p_holm": adjusted}
        for metric, value in values.items():
            yield _row(samples, (factor, f"{METRIC}: equal in all groups"), metric, _single(value), test.reason or None)
    met = compare_groups(samples, GRADE, settings.seed)
    for metric, value in (("wald", met.statistic), ("p", met.p)):
        yield _row(samples, (GRADE, f"{SENSITIVITY}: equal in all groups"), metric, _single(value), met.reason or None)


def _test(samples: Samples, factor: str, headers: bool, seed: int) -> Compared:
    if factor in OF_HEADERS and not headers:
        return Compared((), np.nan, np.nan, MADE_UP)
    if samples.discs[factor].isna().all():
        return Compared((), np.nan, np.nan, UNKNOWN)
    return compare_groups(samples, factor, seed)


def _limit_rows(samples: Samples, settings: Intervals) -> Iterator[Row]:
    """Yield bias and limits of agreement of grades, and of the sum of a patient's grades."""
    sums = limits.sums_measured(samples)
    measured = [("grades", "", limits.discs_measured(samples))]
    if isinstance(sums, str):
        yield from (_row(samples, ("sums", ""), metric, _single(float("nan")), sums) for metric in limits.METRICS)
    else:
        measured.append(("sums", f"{sums[1]} discs", sums[0]))
    for scope, group, pairs in measured:
        draws = limits.limits_draws(pairs, settings)
        for metric, value in limits.limits(pairs).items():
            patients = len(set(pairs.patient))
            counts = {"n": len(pairs.reference), "patients": patients, "units": patients}
            reason = "no variance" if np.isnan(value) else None
            yield _row(samples, (scope, group), metric, spread_of(value, draws[metric], settings), reason) | counts


def _planning_rows(samples: Samples, settings: Intervals) -> Iterator[Row]:
    """Yield widths of intervals by number of patients, and how many patients a width needs."""
    counts = planning.patient_counts(samples)
    for probability in sorted({settings.probability, settings.inner or settings.probability}):
        scope = f"plan_{probability:g}"
        for metric in planning.METRICS:
            widths = planning.widths_by_size(counts, metric, probability, settings.seed)
            for size, (mean, assured) in zip(planning.SIZES, widths, strict=True):
                yield _row(samples, (scope, f"mean width of {size}"), metric, _single(mean))
                yield _row(samples, (scope, f"width of {size}"), metric, _single(assured))
            for wanted in planning.WIDTHS:
                needed = planning.patients_needed([assured for _, assured in widths], wanted)
                reason = None if needed else f"more than {planning.LARGEST:,} patients, or unknown"
                value = float("nan") if needed is None else float(needed)
                yield _row(samples, (scope, f"patients for {wanted:g}"), metric, _single(value), reason)
