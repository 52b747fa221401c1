"""Where discs were found: what a locator learns from, and its boxes next to the drawn ones."""

import pyarrow as pa

from discgrade.records.columns import DISC, FRAME, INSTANCE, LEVEL, PATIENT, PLACE, column
from discgrade.records.results.intervals import DRAWS
from discgrade.records.results.scores import RUN

_SPLIT = column("split", pa.string(), "the training that found it: fold-01 ..., or all for patients of no fold")
FOUND = [
    column("found_x", pa.float64(), "left edge of the found box", "px of the slice, from its left edge", nullable=True),
    column("found_y", pa.float64(), "upper edge of it", "px of the slice, from its upper edge", nullable=True),
    column("found_width", pa.float64(), "width of it", "px of the slice", nullable=True),
    column("found_height", pa.float64(), "height of it", "px of the slice", nullable=True),
    column("probability", pa.float64(), "that a disc of this level is there, from 0 to 1; 0 where none was seen"),
    column("score", pa.float64(), "how sure it is that the slice shows a lumbar spine, from 0 to 1"),
    column("flags", pa.string(), "what to look at, reasons joined by semicolons"),
]
LOCATED = pa.schema([_SPLIT, PATIENT, INSTANCE, FRAME, LEVEL, *FOUND])
"""What one training found on the slices of patients that it had not seen: a row a slice and level."""

BOXES = pa.schema(
    [
        *PLACE,
        *FOUND,
        _SPLIT,
        column("proposed", pa.bool_(), "whether the box is more probably right than wrong, and so proposed"),
        column("distance", pa.float64(), "from the drawn centre to the found one", "mm", nullable=True),
        column("seen_as", pa.string(), "level of the proposed box nearest to the drawn one", nullable=True),
        column("seen_distance", pa.float64(), "from the drawn centre to that box's", "mm", nullable=True),
        column("box_distance", pa.float64(), "from the proposed centre to the nearest drawn one", "mm", nullable=True),
        column(
            "overlap",
            pa.float64(),
            "intersection over union of found and drawn box, from 0 to 1; 0 without a found one",
        ),
        column("measured", pa.bool_(), "whether the slice's spacing is known; without, mm are the locator's guess"),
    ]
)
"""The drawn box of each disc and the one that a locator found that had not seen the patient."""

REGRADED = pa.schema(
    [
        DISC,
        _SPLIT,
        column("drawn", pa.float64(), "grade of the drawn region by a network that had not seen the patient", "grade"),
        column("found", pa.float64(), "grade of the found region by the same network", "grade"),
    ]
)
"""Grades of discs by their drawn and by their found regions, each disc as read."""

LOCALISATION = pa.schema(
    [
        *RUN,
        column("scope", pa.string(), "what the discs are restricted by: all, level, grade or manufacturer"),
        column("group", pa.string(), "value of the scope: L4/L5; 3; empty for all"),
        column("grade", pa.float64(), "always null: grades are a scope here", nullable=True),
        column(
            "metric",
            pa.string(),
            "detected: share of the discs with a proposed box within 7 mm; level_right: share of these whose nearest "
            "proposed box is of the right level; false: share of the proposed boxes farther than 7 mm from every drawn "
            "one; flagged: share of the proposed boxes that are marked for review; overlap: mean intersection over "
            "union of the drawn box and the proposed one of its level; distance_median, distance_95: quantiles of "
            "their centres' distance in mm, at the right level; "
            "kappa_drawn, kappa_found, kappa_loss: linear kappa by the drawn regions, by the proposed ones, and the "
            "difference",
        ),
        column("value", pa.float64(), "value of the metric; NaN where there is none"),
        column("n", pa.int64(), "number of discs, or of proposed boxes"),
        column("patients", pa.int64(), "number of their patients"),
        column("reason", pa.string(), "why the value is NaN", nullable=True),
        column("lower", pa.float64(), "lower bound of the highest-density interval; NaN where there is none"),
        column("upper", pa.float64(), "upper bound of the highest-density interval; NaN where there is none"),
        *DRAWS,
    ]
)
"""What found boxes are worth."""


def slice_schema(side: int) -> pa.Schema:
    """Return the schema of a table of slices for a locator whose input has `side` pixels on a side."""
    fine = 4 * side * side
    return pa.schema(
        [
            PATIENT,
            INSTANCE,
            FRAME,
            column("pixels", pa.binary(2 * side * side), "little-endian uint16 pixels of the input, row by row"),
            column("fine", pa.binary(fine), "uint8 pixels of the same input, twice as fine, row by row"),
            column("rows", pa.int32(), "rows of the slice as stored", "px"),
            column("columns", pa.int32(), "columns of the slice as stored", "px"),
            column("row_spacing", pa.float64(), "distance between rows as stored", "mm", nullable=True),
            column("column_spacing", pa.float64(), "distance between columns as stored", "mm", nullable=True),
            column("orientation", pa.list_(pa.float64()), "direction cosines of row and column", nullable=True),
            column("levels", pa.list_(pa.string()), "levels that were drawn on the slice"),
            column("boxes", pa.list_(pa.list_(pa.float64())), "x, y, width, height of each", "px of the slice"),
        ],
        metadata={"shape": f"{side},{side}"},
    )
