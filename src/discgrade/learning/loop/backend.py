"""The Keras backend of this process: chosen, with its device, threads and precision, before Keras is imported."""

import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from discgrade.environment import settle
from discgrade.settings.model import Training

log = logging.getLogger(__name__)

# Keras imports these for pictures of models and for scikit-learn's interface, which no training uses: a third of the
# time that importing TensorFlow and Keras takes.
UNUSED = ("matplotlib", "sklearn")


def start_backend(training: Training) -> None:
    """Choose backend, threads, precision and determinism for this process, and import Keras.

    Args:
        training: Its `backend`, `threads`, `precision`, and `deterministic`: whether a GPU uses only operations that
            give the same bits every time.

    Raises:
        ValueError: if the backend is not installed, or the process already runs another one or other threads.
    """
    backend, threads, deterministic = training.backend, training.threads, training.deterministic
    if importlib.util.find_spec(backend) is None:
        raise ValueError(
            f"`training.backend: {backend}` is not installed. Install envs/{backend}.lock next to the others"
        )
    if "keras" not in sys.modules:
        _set_environment(backend, threads, deterministic)
    with _left_out(*UNUSED):
        import keras  # noqa: PLC0415 - its backend is fixed by the first import
    if keras.backend.backend() != backend:
        raise ValueError(f"This process already runs Keras on {keras.backend.backend()}. Received: {backend!r}")
    # Keras takes these from ~/.keras/keras.json; the epsilon is part of every cross-entropy.
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy(training.precision)
    if backend == "tensorflow":
        _start_tensorflow(threads, deterministic)
    elif backend == "torch":
        _start_torch(threads, deterministic)


def _set_environment(backend: str, threads: int, deterministic: bool) -> None:
    for told in settle(os.environ):
        log.warning("not taken from the environment, since it would change numbers: %s", told)
    os.environ["KERAS_BACKEND"] = backend
    os.environ["PJRT_NPROC"] = str(threads)
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    if backend == "jax" and deterministic:
        os.environ["XLA_FLAGS"] = "--xla_gpu_deterministic_ops=true"
    if backend == "torch" and deterministic:
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"


@contextmanager
def _left_out(*modules: str) -> Iterator[None]:
    """Let imports of modules fail, as if they were not installed; those that are loaded already stay."""
    absent = [module for module in modules if module not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for module in absent:
            del sys.modules[module]


def _start_tensorflow(threads: int, deterministic: bool) -> None:
    import tensorflow as tf  # noqa: PLC0415

    if deterministic:
        tf.config.experimental.enable_op_determinism()
    known = tf.config.threading.get_intra_op_parallelism_threads()
    if known == threads:
        return
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)
    except RuntimeError:
        raise ValueError(
            f"Invalid `training.threads`. This process already computes with {known or 'all'}. Received: {threads}"
        ) from None


def _start_torch(threads: int, deterministic: bool) -> None:
    import torch  # noqa: PLC0415

    torch.use_deterministic_algorithms(deterministic)
    torch.set_num_threads(threads)
