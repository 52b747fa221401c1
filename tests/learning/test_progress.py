import io

import pytest
from discgrade.host import peak_memory
from discgrade.learning import device, progress

ROW = {
    "epoch": 3,
    "learning_rate": 0.001,
    "loss": 1.25,
    "accuracy": 0.5,
    "val_loss": 1.5,
    "val_accuracy": 0.45,
    "best": True,
}


DRIVER = """#!/bin/sh
case "$*" in
    *"-i 3,1") echo "1024, 81559, 87"; echo "9, 81559, 1";;
    *) echo "7, 81559, 0"; echo "9, 81559, 1";;
esac
"""
"""A driver of several GPUs, which answers for those it is asked about."""


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_an_epoch_line_tells_what_one_wants_to_know():
    line = progress.epoch_line(ROW, epochs=10, images=1000, seconds=20.0, gpu=False)
    expected = "epoch 3/10  loss 1.2500  accuracy 0.500  val_loss 1.5000  val_accuracy 0.450 *  rate 0.001  50 images/s"
    assert line.startswith(expected)
    assert line.endswith("2.3 min left")


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


def test_memory_is_that_of_this_process():
    before = peak_memory()
    block = bytearray(200 * device.MIB)
    assert peak_memory() >= before
    assert peak_memory() > len(block)
    assert device.available_memory() > device.MIB


SECOND = ("memory.max", "memory.current", "inactive_file")
FIRST = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


@pytest.mark.parametrize(
    ("lines", "folder", "files", "left"),
    [
        ("0::/job/step", "job", SECOND, 300),
        ("4:memory:/job/step\n0::/", "memory/job", FIRST, 300),
        ("0::/elsewhere", "job", SECOND, 8000),
    ],
    ids=["second version", "first version", "another group's"],
)
def test_a_control_group_bounds_the_memory(tmp_path, lines, folder, files, left):
    processes, group = tmp_path / "proc", tmp_path / "groups" / folder
    (processes / "self").mkdir(parents=True)
    (processes / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {8000 * 1024} kB\n")
    (processes / "self" / "cgroup").write_text(f"5:devices:/\n{lines}\n")
    (group / "step").mkdir(parents=True)
    limit, used, cache = files
    (group / limit).write_text(f"{500 * device.MIB}\n")
    (group / used).write_text(f"{300 * device.MIB}\n")
    (group / "memory.stat").write_text(f"anon 5\n{cache} {100 * device.MIB}\n")
    (group / "step" / limit).write_text("max\n" if limit == "memory.max" else f"{2**63 - 4096}\n")
    (group / "step" / used).write_text("0\n")
    (group / "step" / "memory.stat").write_text(f"{cache} 0\n")
    assert device.available_memory(processes, tmp_path / "groups") == left * device.MIB


def test_without_a_driver_there_is_no_gpu(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert device.gpu_use() is None


def test_gpu_use_is_that_of_the_first_gpu_of_this_process(monkeypatch, tmp_path):
    (tmp_path / "nvidia-smi").write_text(DRIVER)
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,1")
    assert device.gpu_use() == (1024, 81559, 87)
    assert "GPU 87 %, 1024 of 81559 MiB" in progress.epoch_line(ROW, 10, 1000, 20.0, gpu=True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert device.gpu_use() == (7, 81559, 0)
