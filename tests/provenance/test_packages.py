import pytest

from discgrade.provenance.digests import SOURCE
from discgrade.provenance.packages import NAMES, PLUGINS, reached_versions

ENVS = SOURCE.parent / "envs"

LOCK = """# made by uv
matplotlib==3.11.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via
    #   -r requirements.in
    #   plots
numpy==2.4.6 \\
    --hash=sha256:cc
    # via matplotlib
opencv-python-headless==5.0 \\
    --hash=sha256:dd
    # via -r requirements.in
plots[fast]==1.0 ; python_version >= "3.11" \\
    --hash=sha256:ee
    # via -r requirements.in
ticks==0.1 \\
    --hash=sha256:ff
    # via plots
"""


@pytest.fixture
def envs(tmp_path):
    (tmp_path / "requirements.lock").write_text(LOCK)
    return tmp_path


def test_a_package_is_reached_with_all_that_it_needs(envs):
    assert reached_versions({"matplotlib.figure"}, envs) == {"matplotlib": "3.11.2", "numpy": "2.4.6"}


def test_what_another_package_only_draws_with_is_not_reached(envs):
    assert reached_versions({"plots"}, envs) == {"plots": "1.0", "ticks": "0.1"}


def test_a_package_may_have_another_name_than_its_import(envs):
    assert reached_versions({"cv2"}, envs) == {"opencv-python-headless": "5.0"}


def test_nothing_imported_is_nothing_reached(envs):
    assert reached_versions((), envs) == {}


def test_an_installed_package_counts_where_none_is_locked(envs):
    assert reached_versions({"pytest"}, envs) == {"pytest": pytest.__version__}


def test_one_backend_is_reached_and_the_others_are_not():
    found = {
        name: reached_versions({"keras", "jax", "tensorflow", "torch"}, ENVS, name) for name in ("tensorflow", "jax")
    }
    assert found["tensorflow"].keys() >= {"keras", "tensorflow", "numpy"}
    assert found["jax"].keys() >= {"keras", "jax", "jaxlib", "numpy"}
    assert not {"jax", "torch"} & found["tensorflow"].keys()
    assert not {"tensorflow", "torch"} & found["jax"].keys()


def test_every_name_in_the_tables_is_locked():
    locked = (ENVS / "requirements.lock").read_text()
    names = {*NAMES.values(), *(plugin for plugins in PLUGINS.values() for plugin in plugins)}
    assert {name for name in names if f"\n{name}==" not in locked} == set()
