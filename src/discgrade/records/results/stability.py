"""How stable grades are: each disc graded again with its region moved, and how well the two grades agree."""

import pyarrow as pa

from discgrade.records.columns import DISC, PATIENT, column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

MOVED = pa.schema(
    [
        *RUN,
        DISC,
        PATIENT,
        column(
            "move",
            pa.string(),
            "what was moved: left, right, up, down: the box by 2 px; slice before, slice after: to the neighbouring "
            "slice",
        ),
        column("scale", pa.string(), "scale that the run predicts on: fractional, integral or continuous"),
        column("before", pa.float64(), "decoded grade of the region as drawn", "grade"),
        column("after", pa.float64(), "decoded grade of the moved region", "grade"),
    ]
)

STABILITY = pa.schema(
    [
        *RUN,
        column("scope", pa.string(), "what was moved: box, by 2 px; slice, to a neighbouring one"),
        column("group", pa.string(), "the move alone, for example left or slice after; empty for all of its kind"),
        column("grade", pa.float64(), "null: of all grades", "grade", nullable=True),
        column("metric", pa.string(), "key of the metric, for example kappa_linear, as in scores.parquet"),
        column("value", pa.float64(), "value of the metric between the two grades; NaN where undefined"),
        column("n", pa.int64(), "number of pairs of grades"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        column("lower", pa.float64(), "lower bound of the highest-density interval; NaN where undefined"),
        column("upper", pa.float64(), "upper bound of the highest-density interval; NaN where undefined"),
        *DRAWS,
    ]
)
