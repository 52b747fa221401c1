"""What the networks of a bundle make of the discs that they were not trained on."""

import pyarrow as pa

from discgrade.records.columns import DISC, column
from discgrade.records.results.scores import RUN

EMBEDDINGS = pa.schema(
    [
        *RUN,
        DISC,
        column("part", pa.string(), "test or external"),
        column("embedding", pa.list_(pa.float32()), "what enters the network's last dense layer for the disc as read"),
    ]
)
