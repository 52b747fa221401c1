"""Settings of the environment that would reach a number: the product sets them, or takes them away.

They choose how libraries compute: which kernels, in which order, at which precision. Most are read when a library is
loaded, so Snakemake's process settles them before it starts a job. Threads of linear algebra need no row: Snakemake
sets them for every job.

This module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

import json
import os
from collections.abc import MutableMapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

TOLD = "DISCGRADE_SETTLED"
"""The variable that tells jobs what was settled before them, for their logs."""
_SHARDS = "DISCGRADE_EXTERNAL_SHARDS"


class Rule(NamedTuple):
    """What becomes of variables.

    Attributes:
        names: Their name, or a pattern of names.
        value: What they are set to; None: they are taken away.
        reaches: What they would change.
    """

    names: str
    value: str | None
    reaches: str


RULES = (
    Rule("TF_ENABLE_ONEDNN_OPTS", "1", "kernels of TensorFlow: the order of its sums"),
    Rule("TF_*", None, "kernels, precision and determinism of TensorFlow; the number of its threads"),
    Rule("XLA_FLAGS", None, "what TensorFlow and JAX compile, fast mathematics among it"),
    Rule("JAX_*", None, "precision, random numbers and devices of JAX"),
    Rule("KERAS_MAX_*", None, "epochs and steps of a training"),
    Rule("KERAS_NNX_ENABLED", None, "layers of Keras on JAX"),
    Rule("KERAS_TORCH_DEVICE", None, "the device of PyTorch"),
    Rule("TORCH_*", None, "precision of PyTorch on a GPU"),
    Rule("ATEN_CPU_CAPABILITY", None, "kernels of PyTorch: the order of its sums"),
    Rule("ARROW_USER_SIMD_LEVEL", None, "kernels of tables: the order of their sums"),
    Rule("CUBLAS_WORKSPACE_CONFIG", None, "the order of sums on a GPU"),
    Rule("NVIDIA_TF32_OVERRIDE", None, "precision on a GPU"),
    Rule("CUDNN_*", None, "kernels on a GPU"),
    Rule("ONEDNN_*", None, "kernels and precision of TensorFlow and PyTorch"),
    Rule("DNNL_*", None, "kernels and precision of TensorFlow and PyTorch"),
    Rule("MKL_[!N]*", None, "kernels of PyTorch: the order of its sums"),
    Rule("OPENBLAS_[!N]*", None, "kernels of NumPy's products: the order of their sums"),
    Rule("NPY_*", None, "kernels of NumPy: last digits of its functions"),
    Rule("GLIBC_TUNABLES", None, "kernels of the C library: last digits of its functions"),
    Rule("OPENCV_*", None, "kernels of resampling: last digits of grey values"),
    Rule("PYTHONHASHSEED", "0", "the order of sets"),
    Rule("PYTHONOPTIMIZE", None, "checks, which it leaves out"),
    Rule("PYTHONUTF8", "1", "how text files are read under another locale"),
    Rule("PANDAS_*", None, "how tables are computed with"),
    Rule("PYDICOM_FUTURE", None, "how DICOM is read"),
    Rule("MPLBACKEND", "agg", "how figures are drawn"),
    Rule("MATPLOTLIBRC", None, "how figures are drawn"),
)
"""The first rule that fits a variable counts."""

HARMLESS = (
    *("TF_CPP_*", "TF_FORCE_GPU_ALLOW_GROWTH", "TF_GPU_ALLOCATOR", "OPENCV_LOG_LEVEL", "CUDNN_LOG*"),
    *("TF_CLI_*", "TF_VAR_*", "TF_TOKEN_*", "TF_PLUGIN_*", "TF_LOG", "TF_LOG_*", "TF_INPUT", "TF_WORKSPACE"),
)
"""What logs, manages memory or is Terraform's: left as it is."""


def settle(environment: MutableMapping[str, str]) -> list[str]:
    """Set and take away what the rules say.

    Args:
        environment: Is changed.

    Returns:
        The names of what had another value, and what that would have changed, sorted by name; values, which may tell
        of a person, are not said.
    """
    told = []
    for name, given in sorted(environment.items()):
        rule = _rule_of(name)
        if rule and given != rule.value:
            told.append(f"{name} ({f'set to {rule.value}' if rule.value else 'taken away'}: {rule.reaches})")
            del environment[name]
    environment.update({rule.names: rule.value for rule in RULES if rule.value is not None})
    return told


def _rule_of(name: str) -> Rule | None:
    if any(fnmatchcase(name, pattern) for pattern in HARMLESS):
        return None
    return next((rule for rule in RULES if fnmatchcase(name, rule.names)), None)


def settle_jobs(environment: MutableMapping[str, str]) -> list[str]:
    """Settle the environment of the jobs that will be started, and let it tell them what had another value."""
    told = settle(environment)
    if told:
        environment[TOLD] = "; ".join(told)
    return told


def keep_shards(found: Sequence[Sequence[str]]) -> None:
    """Let jobs know which shards external patients have: a plan has found it out, and each job would look again."""
    os.environ[_SHARDS] = json.dumps(found)


def kept_shards() -> list[list[str]] | None:
    """Return what `keep_shards` kept; None if nothing is there."""
    found: list[list[str]] | None = json.loads(os.environ.get(_SHARDS, "null"))
    return found
