"""The table of external scores of an invented study."""

from pathlib import Path
from types import SimpleNamespace

from invented_study import DRAWN, be_certain

from discgrade.reliability.external import score_external
from discgrade.reliability.plan import external_plans, why_no_external


def score_outside(made: SimpleNamespace) -> Path:
    """Run `score_external` on a made study and return what it writes."""
    plans = external_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    destination = made.folder / "external.parquet"
    score_external(
        predictions=[paths[plan.run] for plan in plans],
        runs=plans,
        reason=why_no_external(made.study),
        discs=made.discs,
        splits=made.splits,
        calibration=be_certain(made)["calibration"],
        intervals=DRAWN,
        destination=destination,
    )
    return destination
