"""Variables of the environment and settings of the home folder that would change numbers, were they heeded."""

import json
from pathlib import Path

import pytest

HOSTILE = {
    "XLA_FLAGS": "--xla_cpu_enable_fast_math=true",
    "TF_XLA_FLAGS": "--tf_xla_auto_jit=2 --tf_xla_cpu_global_jit",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_NUM_INTRAOP_THREADS": "3",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "KERAS_MAX_EPOCHS": "1",
    "NVIDIA_TF32_OVERRIDE": "1",
    "JAX_ENABLE_X64": "1",
    "OMP_NUM_THREADS": "7",
    "OPENBLAS_NUM_THREADS": "7",
    "OPENBLAS_CORETYPE": "Prescott",
    "NPY_DISABLE_CPU_FEATURES": "AVX2",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
    "OPENCV_CPU_DISABLE": "AVX2",
    "OPENCV_IPP": "disabled",
    "PYTHONHASHSEED": "77",
    "PYTHONOPTIMIZE": "1",
    "LC_ALL": "C",
    "LC_NUMERIC": "de_DE.UTF-8",
    "MPLBACKEND": "pdf",
}
HOME = {
    ".config/matplotlib/matplotlibrc": "font.size: 30\nlines.linewidth: 9\nsavefig.bbox: tight\n",
    ".config/arviz/arvizrc": "stats.ci_prob: 0.5\n",
    ".keras/keras.json": json.dumps({"floatx": "float16", "epsilon": 1e-2, "image_data_format": "channels_first"}),
}


def surround(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Set all of them, for this process and those that it starts."""
    for name, text in HOME.items():
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text)
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
