"""Regions of interest at native resolution, and those that look wrong."""

import pyarrow as pa

from discgrade.records.columns import DISC, GREY, PLACE, column

ROIS = pa.schema(
    [
        DISC,
        column("pixels", pa.large_binary(), "little-endian uint16 pixels, row by row"),
        column("rows", pa.int32(), "height of the ROI", "px"),
        column("columns", pa.int32(), "width of the ROI", "px"),
        column("spacing", pa.float64(), "side of a pixel, equal in both directions", "mm", nullable=True),
        *GREY,
        column("outside", pa.float64(), "share of the ROI that lay outside the slice and was padded"),
        column("obliquity", pa.float64(), "angle between the slice and the sagittal plane", "degrees", nullable=True),
    ]
)

FLAGGED = pa.schema([*PLACE, column("flag", pa.string(), "why the region looks wrong, reasons joined by semicolons")])
