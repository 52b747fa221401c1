"""Internal against external: scores of the same networks on the test part and on the external cohort."""

import pyarrow as pa

from discgrade.records.columns import column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

EXTERNAL = pa.schema(
    [
        *RUN,
        column(
            "scope",
            pa.string(),
            "whose discs: test, external; test and external by group: test/level, external/age_group ...; "
            "recalibrated: external patients that were left out of a recalibration on others",
        ),
        column("group", pa.string(), "value of the group, or number of patients of the recalibration; empty for all"),
        column("grade", pa.float64(), "integral grade of a share; null otherwise", "grade", nullable=True),
        column(
            "metric",
            pa.string(),
            "prevalence, predicted: share of the reference, of the predicted integral grades; kappa_linear, "
            "kappa_quadratic, kappa_unweighted, balanced_accuracy, lin_ccc; bias, mae: in grades; rps_before, "
            "rps_after, ece_before, ece_after: without and with the map of probabilities that the study learned",
        ),
        column("value", pa.float64(), "value of the metric; NaN where undefined"),
        column(
            "lower",
            pa.float64(),
            "lower bound: of the highest-density interval over patients; of a recalibration, of the draws of patients",
        ),
        column("upper", pa.float64(), "upper bound, likewise"),
        column("n", pa.int64(), "number of scored samples"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        *DRAWS,
    ]
)
