"""What a training leaves: its epochs, its layers and its outputs."""

import pyarrow as pa

from discgrade.records.columns import COPY, DISC, column

HISTORY = pa.schema(
    [
        column("epoch", pa.int32(), "epoch, from 1"),
        column("learning_rate", pa.float64(), "learning rate of the epoch"),
        column("loss", pa.float64(), "training loss, with regularisation"),
        column("accuracy", pa.float64(), "training accuracy on the run's scale, with dropout"),
        column(
            "val_loss",
            pa.float64(),
            "loss on the validation part, or on the scored one if that chooses the epoch",
        ),
        column("val_accuracy", pa.float64(), "accuracy on the part that `val_loss` is of"),
        column("best", pa.bool_(), "whether the checkpoint was replaced after this epoch"),
    ]
)

NETWORK = pa.schema(
    [
        column("block", pa.int32(), "block of Table 1"),
        column("layer", pa.int32(), "number of the layer, from 1"),
        column("description", pa.string(), "what the layer computes"),
        column("shape", pa.list_(pa.int32()), "output shape without the batch axis"),
        column("parameters", pa.int64(), "weights and moving statistics"),
    ]
)

PREDICTIONS = pa.schema(
    [
        DISC,
        COPY,
        column("part", pa.string(), "test or external; of a cohort that is labelled by the run, any part"),
        column(
            "outputs", pa.list_(pa.float32()), "probability of each grade of the scale, or the one continuous value"
        ),
    ]
)
