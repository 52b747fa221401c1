"""What of the environment reaches a number is settled, and said."""

import pytest

from discgrade.environment import HARMLESS, RULES, TOLD, settle, settle_jobs

SET = {rule.names: rule.value for rule in RULES if rule.value}
TAKEN = (
    "TF_XLA_FLAGS TF_NUM_INTRAOP_THREADS XLA_FLAGS JAX_ENABLE_X64 JAX_DEFAULT_MATMUL_PRECISION KERAS_MAX_EPOCHS "
    "NVIDIA_TF32_OVERRIDE ONEDNN_DEFAULT_FPMATH_MODE TORCH_ALLOW_TF32_CUBLAS_OVERRIDE CUBLAS_WORKSPACE_CONFIG "
    "OPENBLAS_CORETYPE MKL_CBWR NPY_DISABLE_CPU_FEATURES OPENCV_IPP OPENCV_CPU_DISABLE GLIBC_TUNABLES "
    "PYTHONOPTIMIZE MATPLOTLIBRC ATEN_CPU_CAPABILITY ARROW_USER_SIMD_LEVEL"
)


@pytest.mark.parametrize("name", TAKEN.split())
def test_what_reaches_a_number_is_taken_away_and_said(name):
    environment = {name: "odd", "PATH": "/bin"}
    (told,) = settle(environment)
    assert environment == SET | {"PATH": "/bin"}
    assert told.startswith(f"{name} (taken away: ")


@pytest.mark.parametrize("name", SET)
def test_what_has_a_right_value_is_set_and_said_if_it_had_another(name):
    environment = {}
    assert settle(environment) == []
    assert environment == SET
    (told,) = settle(environment | {name: "odd"})
    assert told.startswith(f"{name} (set to {SET[name]}: ")
    assert "odd" not in told


@pytest.mark.parametrize(
    "name", ["TF_CPP_MIN_LOG_LEVEL", "OPENCV_LOG_LEVEL", "TF_VAR_region", "OMP_NUM_THREADS", "HOME"]
)
def test_what_only_logs_or_is_set_elsewhere_stays(name):
    environment = {name: "3"}
    assert settle(environment) == []
    assert environment[name] == "3"


def test_jobs_learn_what_was_settled_before_them():
    environment = {"XLA_FLAGS": "--fast", "TF_XLA_FLAGS": "--jit"}
    told = settle_jobs(environment)
    assert environment[TOLD] == "; ".join(told)
    assert settle_jobs(dict(SET)) == []


def test_every_row_says_what_it_would_change():
    assert all(rule.reaches for rule in RULES)
    assert len({rule.names for rule in RULES}) == len(RULES)
    assert not set(HARMLESS) & {rule.names for rule in RULES}
