"""Variables of the environment and settings of the home folder that would change numbers change no byte of a study."""

import json
import re

import pytest

pytestmark = pytest.mark.ci

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
COMPARED = (".parquet", ".csv", ".keras", ".png", ".pdf", ".md", ".tex", ".json")


def files(project):
    folder = project / "results" / "smoke"
    paths = (path for path in folder.rglob("*") if path.suffix in COMPARED)
    names = {path.relative_to(folder): path for path in paths}
    contents = {name: path.read_bytes() for name, path in names.items() if name.parts[0] not in ("provenance", "crate")}
    return {str(name): _undated(name, content) for name, content in contents.items()}


def _undated(name, content):
    """Leave out of a bundle when it was made, and the digest over the job records, which say so as well."""
    if name.parts[0] != "bundle" or name.suffix not in (".json", ".md"):
        return content
    text = re.sub(r'"(created|provenance)": "[^"]*"', "", content.decode())
    return re.sub(r"records to \S+, provenance \w+", "", text)


def test_a_hostile_environment_changes_no_byte_and_is_told(smoke, project, run_snakemake, tmp_path, monkeypatch):
    for name, text in HOME.items():
        (tmp_path / "home" / name).parent.mkdir(parents=True)
        (tmp_path / "home" / name).write_text(text)
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / ".config"))
    done = run_snakemake(project, "--configfile", "studies/smoke.yaml")
    assert done.returncode == 0, done.stderr[-2000:]
    expected, found = files(smoke), files(project)
    assert found.keys() == expected.keys()
    assert len(found) > 80
    assert [name for name in expected if found[name] != expected[name]] == []
    for name in ("XLA_FLAGS", "OPENBLAS_CORETYPE", "OPENCV_IPP", "PYTHONHASHSEED"):
        assert f"{name} (" in done.stderr
        assert f"{name} (" in (project / "results" / "smoke" / "logs" / "score.log").read_text()
