"""How good the labels are: signs of noise in the readings, and the discs that are worth reading again."""

import pyarrow as pa

from discgrade.records.columns import DISC, ORIGIN, PATIENT, column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

LABEL_NOISE = pa.schema(
    [
        *RUN,
        column(
            "scope",
            pa.string(),
            "what the discs are restricted by: all; reader, level, month; order: tenth of the reading order; patient; "
            "again: discs that were read again; sign: a sign of noise; models: pairs of models that differ in seeds, "
            "variants or parts; ceiling_apart, ceiling_together: simulated errors of single discs, of whole patients",
        ),
        column(
            "group",
            pa.string(),
            "value of the scope, for example R1.2, L4/L5, 0.05, a pseudonym; empty for all; of again: all, list (worth "
            "reading again), elsewhere",
        ),
        column("grade", pa.float64(), "always null: of all grades together", "grade", nullable=True),
        column(
            "metric",
            pa.string(),
            "kappa_linear, mae, bias (model minus reading): agreement of model and reading; "
            "shared: intraclass correlation of the residuals of a patient; drift: change of the residual from the "
            "first to the last reading, in grades; careless: mean squared residual of the worst day as a multiple of "
            "the other days'; swapped: share of neighbouring discs that fit better exchanged, above chance; "
            "kappa_models, kappa_readings, kappa_apart: of model with model, of both with the readings, and their "
            "difference; kappa_label, kappa_again, kappa_moved: of the models with the label, with the later reading "
            "of the same discs, and their difference; shift: mean residual of a patient's discs, shrunken, in grades; "
            "kappa_ceiling: of a model that knows the truth",
        ),
        column("value", pa.float64(), "value of the metric; NaN where there is none"),
        column("lower", pa.float64(), "lower bound of the interval; NaN for a metric without one"),
        column("upper", pa.float64(), "upper bound of the interval; NaN for a metric without one"),
        column("p", pa.float64(), "share of permutations with as large a value, of a sign; NaN for the others"),
        column("n", pa.int64(), "number of samples"),
        column("patients", pa.int64(), "number of their patients"),
        column("detail", pa.string(), "of careless: the day, counted from the rater's first", nullable=True),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        *DRAWS,
    ]
)

LABEL_QUALITY = pa.schema(
    [
        column("place", pa.int64(), "place in the order of reading again, from 1: the least probable label first"),
        DISC,
        PATIENT,
        column("level", pa.string(), "lumbar level, for example L4/L5"),
        ORIGIN,
        column("grade", pa.float64(), "reference grade", "grade"),
        column(
            "expected", pa.float64(), "mean of the models' probabilities, none of them trained on the disc", "grade"
        ),
        column("quality", pa.float64(), "label quality, from 0 to 1: the models' probability of the integral grade"),
        column("probabilities", pa.list_(pa.float64()), "probability of the integral grades 1 to 5"),
        column("again", pa.float64(), "what the rater gave at the next reading", "grade", nullable=True),
    ]
)
