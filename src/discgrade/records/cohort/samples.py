"""Square samples for training."""

import pyarrow as pa

from discgrade.records.columns import COPY, DISC, GREY, column


def sample_schema(resolution: int) -> pa.Schema:
    """Return the schema of a table of square samples, `resolution` pixels on a side."""
    pixels = column("pixels", pa.binary(2 * resolution * resolution), "little-endian uint16 pixels, row by row")
    return pa.schema(
        [
            DISC,
            COPY,
            pixels,
            column("flip", pa.bool_(), "whether the sample is mirrored left to right"),
            column("angle", pa.float32(), "rotation, counter-clockwise as shown", "degrees"),
            column("zoom", pa.float32(), "magnification"),
            column("right", pa.float32(), "shift to the right as a share of the side"),
            column("down", pa.float32(), "shift downwards as a share of the side"),
            column("gamma", pa.float32(), "exponent of the grey values, from 0 to 1"),
            *GREY,
        ],
        metadata={"shape": f"{resolution},{resolution}"},
    )
