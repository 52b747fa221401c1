import io

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
