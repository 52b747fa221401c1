import importlib.util
import json
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


@pytest.mark.slow
def test_what_keras_finds_in_the_home_folder_changes_no_bit(in_a_process, tmp_path, monkeypatch):
    found = {"floatx": "float16", "epsilon": 1e-2, "backend": "torch", "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(found))
    without = in_a_process("without")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert [process.wait() for process in (without, in_a_process("with"))] == [0, 0]
    for file in ("predictions.parquet", "history.parquet", "model.keras"):
        assert (tmp_path / "with" / file).read_bytes() == (tmp_path / "without" / file).read_bytes()
