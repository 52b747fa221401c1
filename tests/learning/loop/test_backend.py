import importlib.util
import sys

import pytest

from discgrade.learning.loop import backend

SETTINGS = {"backend": "tensorflow", "precision": "float32", "threads": 1}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"backend": "theano"}, r"Invalid `training\.backend`.*'jax'.*Received: 'theano'"),
        ({"precision": "float16"}, r"Invalid `training\.precision`.*Received: 'float16'"),
    ],
)
def test_unknown_settings_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        backend.start_backend(SETTINGS | change)


def test_a_backend_that_is_not_installed_is_named_with_its_lock_file():
    if importlib.util.find_spec("torch"):
        pytest.skip("PyTorch is installed here")
    with pytest.raises(ValueError, match=r"`training\.backend: torch` is not installed\. Install envs/torch\.lock"):
        backend.start_backend(SETTINGS | {"backend": "torch"})


def test_the_threads_of_a_process_cannot_change():
    backend.start_backend(SETTINGS)
    import tensorflow as tf

    tf.constant(1)
    with pytest.raises(ValueError, match=r"`training\.threads`.*already computes with 1"):
        backend.start_backend(SETTINGS | {"threads": 2})


def test_modules_that_are_left_out_can_be_imported_afterwards():
    sys.modules.pop("colorsys", None)
    with backend._left_out("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
