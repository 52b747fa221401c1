"""Losses and networks that a config names are found, or refused with what to do, without running their modules."""

import sys
from pathlib import Path

import pytest

from discgrade.settings import functions
from discgrade.settings.functions import LOSSES, check_loss, check_network


@pytest.fixture
def beside(tmp_path, monkeypatch):
    """A function that writes a module into the folder that one works in."""
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        path = tmp_path / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


@pytest.mark.parametrize(
    "name", [*LOSSES, "keras.losses:categorical_crossentropy", "keras.losses:binary_focal_crossentropy"]
)
def test_a_loss_that_there_is(name):
    check_loss(name)


@pytest.mark.slow
def test_the_losses_are_those_of_the_learning_wing():
    from discgrade.learning.grading import losses

    assert all(losses.find_loss(name).__name__ == name for name in LOSSES)
    assert set(losses.LOSSES) == set(LOSSES)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("categorical_crosentropy", r"Did you mean 'categorical_crossentropy'\?"),
        ("focal:", r"should read package\.module:function"),
        ("a:b:c", r"should read package\.module:function"),
        ("os:system", r"'os:system', a part of Python"),
        ("os.path:join", r"'os\.path:join', a part of Python"),
        ("subprocess:call", r"'subprocess:call', a part of Python"),
        ("nowhere_at.all:loss", r"no module 'nowhere_at\.all'.* Put nowhere_at/all\.py into the folder"),
        ("keras.losses:binary_focal_crosentropy", r"no function .* Did you mean 'binary_focal_crossentropy'\?"),
        ("keras.losses:CategoricalCrossentropy", "should be a function.* a class"),
        ("numpy.random.mtrand:random", "should be written in Python"),
    ],
)
def test_a_loss_that_cannot_be_is_refused_with_what_to_do(name, message):
    with pytest.raises(ValueError, match=message):
        check_loss(name)


@pytest.mark.parametrize(
    ("arguments", "fits"),
    [
        ("y_true, y_pred", True),
        ("target, output, gamma=2", True),
        ("*given", True),
        ("y_true, /, y_pred, **rest", True),
        ("y_true", False),
        ("y_true, y_pred, gamma", False),
        ("y_true, y_pred, *, gamma", False),
        ("y_true, *, y_pred=None", False),
    ],
)
def test_a_loss_takes_reference_and_output(beside, arguments, fits):
    beside("own_loss", f"def loss({arguments}): ...")
    if fits:
        check_loss("own_loss:loss")
    else:
        with pytest.raises(ValueError, match=r"should take y_true, y_pred\. Received: 'own_loss:loss'"):
            check_loss("own_loss:loss")


def test_a_network_takes_the_settings_by_name(beside):
    beside("own_network", "def build(resolution, outputs, width, **settings): ...\ndef loss(y_true, y_pred): ...")
    check_network("own_network:build")
    check_network("discgrade.learning.grading.network:build_network")
    with pytest.raises(ValueError, match="should take resolution, outputs, width"):
        check_network("own_network:loss")


def test_a_name_is_followed_to_the_module_that_defines_it(beside):
    beside("lib_of_losses.__init__", "from .inner import one as loss, other")
    beside("lib_of_losses.inner", "def one(y_true, y_pred): ...\ndef other(y_true): ...")
    check_loss("lib_of_losses:loss")
    with pytest.raises(ValueError, match="should take y_true, y_pred"):
        check_loss("lib_of_losses:other")


def test_nothing_of_the_module_is_run(beside):
    beside("bomb", "raise SystemExit\ndef loss(y_true, y_pred): ...")
    check_loss("bomb:loss")


def test_a_file_of_ones_own_may_be_called_like_a_script_of_the_workflow(beside, monkeypatch):
    scripts = Path(functions.__file__).parents[3] / "workflow_scripts"
    monkeypatch.setattr(sys, "path", [str(scripts), *sys.path])
    beside("score", "def focal(y_true, y_pred):\n    return 0\n")
    assert functions.find_module("score") == Path.cwd() / "score.py"
    check_loss("score:focal")


def test_what_is_installed_comes_before_a_file_of_ones_own(beside, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(Path.cwd()), *sys.path])
    beside("yaml", "")
    beside("mine.helpers", "")
    assert functions.find_module("yaml") != Path.cwd() / "yaml.py"
    assert not functions.is_here("yaml")
    assert functions.is_here("mine")
    assert not functions.is_here("random")
