import io

import pytest

from discgrade.learning.loop import progress
from discgrade.learning.loop.schedule import Epoch

EPOCH = Epoch(epoch=3, learning_rate=0.001, loss=1.25, accuracy=0.5, val_loss=1.5, val_accuracy=0.45, best=True)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_an_epoch_line_tells_what_one_wants_to_know():
    line = progress.epoch_line(EPOCH, epochs=10, images=1000, seconds=20.0, gpu=False)
    expected = "epoch 3/10  loss 1.2500  accuracy 0.500  val_loss 1.5000  val_accuracy 0.450 *  rate 0.001  50 images/s"
    assert line.startswith(expected)
    assert line.endswith("2.3 min left")


def test_an_epoch_line_tells_the_use_of_the_gpu(driver):
    driver("1024, 81559, 87")
    assert "GPU 87 %, 1024 of 81559 MiB" in progress.epoch_line(EPOCH, 10, 1000, 20.0, gpu=True)


@pytest.mark.parametrize(
    ("left", "words"), [(99, "99 s left"), (150, "2.5 min left"), (5400, "90.0 min left"), (9000, "2.5 h left")]
)
def test_a_step_line_tells_epoch_part_loss_and_time(left, words):
    assert progress.step_line(3, 10, 0.5, 1.25, left) == f"epoch 3/10  50 %  loss 1.250  {words}"
    assert progress.step_line(3, 10, 0.5, None, left) == f"epoch 3/10  50 %  {words}"


def test_a_bar_is_drawn_on_a_terminal_and_wiped_at_the_end():
    log = Terminal()
    progress.bar(log, epoch=2, done=50, steps=100)
    assert log.getvalue() == f"\repoch 2 [{'=' * 15}{' ' * 15}] 50/100"
    progress.bar(log, epoch=2, done=100, steps=100)
    assert log.getvalue().endswith("\r\x1b[K")


def test_no_bar_is_drawn_in_a_file():
    log = io.StringIO()
    progress.bar(log, epoch=2, done=50, steps=100)
    assert log.getvalue() == ""


def test_the_file_tells_the_time_that_all_epochs_will_take(tmp_path, monkeypatch):
    clock = iter([0.0, 0.1, 10.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    file = tmp_path / "seed-1.progress"
    tell = progress.teller(io.StringIO(), file, epoch=2, epochs=4, steps=100, before=1.5)
    tell(1, None)
    assert not file.exists()
    tell(50, None)
    assert file.read_text() == "epoch 2/4  50 %  loss 1.500  50 s left"
    tell(100, 1.25)
    assert file.read_text() == "epoch 2/4 100 %  loss 1.250  40 s left"


def test_the_file_vanishes_in_the_end_and_no_training_fails_for_it(tmp_path):
    file = tmp_path / "seed-1.progress"
    with pytest.raises(ValueError, match="diverged"), progress.vanishing(file, "starts"):
        assert file.read_text() == "starts"
        progress.show(file, "epoch 1/2")
        assert file.read_text() == "epoch 1/2"
        raise ValueError("diverged")
    assert list(tmp_path.iterdir()) == []
    progress.show(tmp_path / "gone" / "seed-1.progress", "epoch 1/2")
    progress.show(None, "epoch 1/2")
