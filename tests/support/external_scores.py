"""The table of external scores of an invented study."""

from pathlib import Path
from types import SimpleNamespace

from invented_study import CONFIG, DRAWN, be_certain, make_study

from discgrade.reliability.external.measuring import score_external
from discgrade.reliability.plan import external_plans, why_no_external


def study_outside(folder: Path, patients: int, external: int) -> SimpleNamespace:
    """Make a study of one variant, in the folds and on the hold-out split."""
    grid = CONFIG["grid"] | {"variants": ["default"], "folds": ["default"]}
    images, shares = {"resolution": 48, "resolutions": []}, CONFIG["splits"] | {"shares": [1]}
    sections = {"grid": grid, "images": images, "splits": shares}
    return make_study(folder, patients=patients, external=external, copies=0, again=5, second=5, **sections)


def score_outside(made: SimpleNamespace) -> Path:
    """Run `score_external` on a made study and return what it writes."""
    plans = external_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    destination = made.folder / "external.parquet"
    score_external(
        predictions=[paths[plan.run] for plan in plans],
        external=made.external[:1],
        runs=plans,
        reason=why_no_external(made.study),
        discs=made.discs,
        splits=made.splits,
        calibration=be_certain(made)["calibration"],
        headers=True,
        intervals=DRAWN,
        destination=destination,
    )
    return destination
