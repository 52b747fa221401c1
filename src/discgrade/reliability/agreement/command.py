"""`discgrade sample-size`: how many patients the next study needs, simulated from the posterior of a finished one."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from discgrade import records
from discgrade.records.results.agreement import AGREEMENT
from discgrade.records.results.scores import GRADED
from discgrade.reliability.agreement import planning
from discgrade.reliability.agreement.coefficients import METRICS
from discgrade.reliability.agreement.samples import Samples, read_samples
from discgrade.settings.run import FOLDS, HOLDOUT, Run

WORDS = {
    "kappa_linear": "Cohen's kappa (linear weights)",
    "kappa_quadratic": "Cohen's kappa (quadratic weights)",
    "kappa_unweighted": "Cohen's kappa (no weights)",
    "ac2": "Gwet's AC2 (linear weights)",
    "accuracy": "exact agreement",
    "within_one": "agreement within one grade",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("results", type=Path, metavar="RESULTS", help="folder of a finished study, results/NAME")
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--width", type=float, help="greatest width of the interval, for example 0.1")
    wanted.add_argument("--patients", type=int, help="number of patients: how wide is the interval then?")
    parser.add_argument("--metric", choices=METRICS, default=METRICS[0], help="what the interval is of (%(default)s)")
    parser.add_argument("--probability", type=float, default=0.95, help="that the interval holds (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the simulation (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Print how many patients are needed, or how wide the interval is."""
    _check(arguments)
    samples = read_study(arguments.results)
    counts = planning.patient_counts(samples)
    metric, probability, seed = arguments.metric, arguments.probability, arguments.seed
    what = f"{100 * probability:.4g} % interval of {WORDS[metric]}"
    if arguments.patients is not None:
        widths = planning.interval_widths(counts, arguments.patients, metric, probability, seed)
        widths = widths[np.isfinite(widths)]
        if not len(widths):
            raise ValueError(f"{WORDS[metric]} is not defined in studies of {arguments.patients} patients")
        assured = np.quantile(widths, planning.ASSURANCE)
        print(f"{arguments.patients} patients: the {what} is {widths.mean():.3f} wide on average, ", end="")
        print(f"and at most {assured:.3f} in {100 * planning.ASSURANCE:.0f} % of the studies.")
    else:
        by_size = planning.widths_by_size(counts, metric, probability, seed)
        needed = planning.patients_needed([assured for _, assured in by_size], arguments.width)
        if needed is None:
            raise ValueError(
                f"--width {arguments.width}: needs more than {planning.LARGEST:,} patients, or {WORDS[metric]} does "
                "not vary between this study's patients. Ask for a wider interval, or another --metric"
            )
        share = f"{100 * planning.ASSURANCE:.0f} % of the studies"
        few = "at most " if needed <= planning.SIZES[0] else ""
        print(f"{few}{needed:,} patients: the {what} is then at most {arguments.width:g} wide in {share}.")
    patients = samples.discs["patient"].nunique()
    print(f"From {planning.SIMULATED} studies simulated from this one's posterior: {patients} patients, ", end="")
    print(
        f"{len(samples.discs)} discs. It holds for a study like it: its model, its mix of grades, its discs a patient."
    )
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse what cannot be simulated."""
    if not 0 < arguments.probability < 1:
        raise ValueError(f"--probability should be between 0 and 1. Received: {arguments.probability}")
    if arguments.width is not None and not 0 < arguments.width < 2:
        raise ValueError(f"--width should be between 0 and 2. Received: {arguments.width}")
    if arguments.patients is not None and not 1 < arguments.patients <= planning.LARGEST:
        raise ValueError(f"--patients should be from 2 to {planning.LARGEST:,}. Received: {arguments.patients}")
    for name in ("agreement.parquet", "graded.parquet", "discs.parquet"):
        if not (arguments.results / name).is_file():
            raise ValueError(f"{arguments.results}: should be the results of a finished study. It has no {name}")


def read_study(results: Path) -> Samples:
    """Return the samples of a study's main model, that of its `agreement.parquet`."""
    first = records.read(results / "agreement.parquet", AGREEMENT).slice(0, 1).to_pylist()[0]
    names = ("variant", "resolution", "share", "split", "seed")
    main = Run(*(first[name] for name in names))
    of_model = (pc.field("variant") == main.variant) & (pc.field("resolution") == main.resolution)
    of_model &= pc.field("share") == main.share
    table = records.read(results / "graded.parquet", GRADED, ["split", "seed"], of_model)
    found = set(zip(table["split"].to_pylist(), table["seed"].to_pylist(), strict=True))
    pooled = main.split == FOLDS
    runs = [replace(main, split=split, seed=seed) for split, seed in sorted(found) if (split != HOLDOUT) == pooled]
    return read_samples(results / "graded.parquet", results / "discs.parquet", runs)
