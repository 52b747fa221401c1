"""An invented study whose labels are judged."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from invented_study import DRAWN, make_study, score, write_table

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.reliability.labels.measuring import measure_labels
from discgrade.reliability.plan import certainty_plans, why_no_certainty


def label_study(folder: Path, patients: int, pseudo: bool = False) -> SimpleNamespace:
    """Make and score a study; `pseudo` lets the labels of its second cohort have begun as a model's."""
    made = make_study(folder, patients=patients)
    discs = records.read(made.discs, DISCS).to_pandas()
    origins = ["pseudo" if pseudo and cohort == "supplemental" else "human" for cohort in discs["cohort"]]
    write_table(discs.assign(origin=origins), DISCS, made.discs)
    score(made)
    return made


def measure(made: SimpleNamespace, folder: Path, **changes: Any) -> tuple[Path, Path, Path]:
    """Run `measure_labels`; return noise, quality and queue."""
    plans = certainty_plans(made.study)
    paths = dict(zip([plan.run for plan in made.runs], made.predictions, strict=True))
    files = {"noise": folder / "noise.parquet", "quality": folder / "quality.parquet", "queue": folder / "reread.csv"}
    given = {"predictions": [paths[plan.run] for plan in plans], "runs": plans, "intervals": DRAWN}
    given |= {"reason": why_no_certainty(made.study), "reference": made.study.cohort.reference}
    given |= {"again": None}
    given |= {"trained": list(made.study.variants)}
    given |= {name: getattr(made, name) for name in ("graded", "discs", "splits", "ratings")}
    measure_labels(**given | files | changes)
    return files["noise"], files["quality"], files["queue"]
