import io
import multiprocessing
import resource
import signal
import time

import numpy as np
import pytest

from discgrade.learning.loop import checkpoints
from discgrade.learning.loop.schedule import Epoch

HISTORY = [Epoch(1, 0.01, 0.5, 0.25, 0.1 + 0.2, 0.75, best=True)]
GROUPS = {"model": [np.arange(6.0).reshape(2, 3), np.array([1, 2])], "best": [np.float32(3)]}


def test_what_is_saved_is_loaded(tmp_path):
    checkpoints.save(tmp_path, HISTORY, GROUPS)
    history, groups = checkpoints.load(tmp_path)
    assert history == HISTORY
    assert list(groups) == ["best", "model"]
    for name, arrays in GROUPS.items():
        for ours, theirs in zip(groups[name], arrays, strict=True):
            np.testing.assert_array_equal(ours, theirs)


def test_more_than_ten_arrays_keep_their_order(tmp_path):
    checkpoints.save(tmp_path, [], {"model": [np.array(number) for number in range(25)]})
    assert [int(array) for array in checkpoints.load(tmp_path)[1]["model"]] == list(range(25))


def test_an_empty_folder_holds_nothing(tmp_path):
    assert checkpoints.load(tmp_path) == ([], {})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"a": 1}], [{"a": 2}]),
        ([np.arange(4, dtype=np.uint16)], [np.arange(1, 5, dtype=np.uint16)]),
        ([b"code"], [b"Code"]),
        ([b"a", b"b"], [b"ab"]),
    ],
)
def test_a_digest_tells_settings_data_and_code_apart(one, other):
    assert checkpoints.digest(*one) == checkpoints.digest(*one) != checkpoints.digest(*other)


def test_other_checkpoints_are_left_alone_and_said(tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / checkpoints.FILE).write_bytes(b"kept")
    log = io.StringIO()
    with checkpoints.own_folder(tmp_path, "mine", log) as folder:
        checkpoints.clear(folder)
    assert "left alone: 1 checkpoints of other settings, code or data" in log.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (tmp_path / "other" / checkpoints.FILE).read_bytes() == b"kept"


def test_nothing_is_left_of_a_finished_training(tmp_path):
    with checkpoints.own_folder(tmp_path / "state", "mine", io.StringIO()) as folder:
        checkpoints.save(folder, HISTORY, GROUPS)
        checkpoints.clear(folder)
    assert not (tmp_path / "state").exists()


def hold(state, started):
    with checkpoints.own_folder(state, "run", io.StringIO()):
        started.set()
        time.sleep(1)


def test_a_second_process_waits_for_the_first(tmp_path):
    context = multiprocessing.get_context("spawn")
    started = context.Event()
    first = context.Process(target=hold, args=(tmp_path, started))
    first.start()
    assert started.wait(60)
    log = io.StringIO()
    with checkpoints.own_folder(tmp_path, "run", log):
        assert "waiting for another process" in log.getvalue()
    first.join()


def test_a_full_disk_leaves_the_last_epoch_whole_and_nothing_else(tmp_path):
    checkpoints.save(tmp_path, HISTORY, GROUPS)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            checkpoints.save(tmp_path, HISTORY, {"model": [np.zeros(10_000)]})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert [path.name for path in tmp_path.iterdir()] == [checkpoints.FILE]
    assert checkpoints.load(tmp_path)[0] == HISTORY
