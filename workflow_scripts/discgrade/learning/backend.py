"""The Keras backend of this process: which one, on which device, with how many threads; set before Keras is imported."""

import os
import sys
from collections.abc import Mapping
from typing import Any, get_args, Literal

Backend = Literal["tensorflow", "jax", "torch"]


def start_backend(training: Mapping[str, Any]) -> None:
    """Choose backend, threads, precision and determinism for this process.

    Args:
        training: Settings: `backend`, `threads`, `precision`.

    Raises:
        ValueError: if the backend is unknown, not installed, or the process already runs another.
    """
    backend = training["backend"]
    if backend not in get_args(Backend):
        raise ValueError(f"Invalid `training.backend`. It should be one of {list(get_args(Backend))}. Received: {backend!r}")
    os.environ["KERAS_BACKEND"] = backend
    os.environ["PJRT_NPROC"] = str(training["threads"])
    os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import keras  # noqa: PLC0415 - the backend is fixed by the first import

    if keras.backend.backend() != backend:
        raise ValueError(
            f"Invalid `training.backend`. This process already runs Keras on {keras.backend.backend()}. Received: {backend!r}"
        )
    keras.config.set_dtype_policy(training["precision"])
    match backend:
        case "tensorflow":
            _start_tensorflow(training["threads"])
        case "torch":
            _start_torch(training["threads"])


def _start_tensorflow(threads: int) -> None:
    import tensorflow as tf  # noqa: PLC0415

    tf.config.experimental.enable_op_determinism()
    if tf.config.threading.get_intra_op_parallelism_threads() != threads:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def _start_torch(threads: int) -> None:
    import torch  # noqa: PLC0415

    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(threads)
