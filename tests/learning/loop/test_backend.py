import importlib.util
import sys
from dataclasses import replace

import pytest

from discgrade.learning.loop import backend


def test_a_backend_that_is_not_installed_is_named_with_its_lock_file(settings):
    if importlib.util.find_spec("torch"):
        pytest.skip("PyTorch is installed here")
    with pytest.raises(ValueError, match=r"`training\.backend: torch` is not installed\. Install envs/torch\.lock"):
        backend.start_backend(replace(settings, backend="torch"))


def test_the_threads_of_a_process_cannot_change(settings):
    backend.start_backend(settings)
    import tensorflow as tf

    tf.constant(1)
    with pytest.raises(ValueError, match=r"`training\.threads`.*already computes with 1"):
        backend.start_backend(replace(settings, threads=2))


def test_modules_that_are_left_out_can_be_imported_afterwards():
    sys.modules.pop("colorsys", None)
    with backend._left_out("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(0, 0, 0) == (0, 0, 0)
