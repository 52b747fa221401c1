"""What the kernel and a driver, here a script, say of memory and GPU."""

import pytest

from discgrade.learning.loop import device


def test_some_memory_is_free():
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


@pytest.mark.usefixtures("driver")
def test_without_a_driver_there_is_no_gpu():
    assert device.gpu_use() is None


def test_gpu_use_is_what_the_driver_says(driver):
    driver("1024, 81559, 87", "9, 81559, 1")
    assert device.gpu_use() == (1024, 81559, 87)


def test_a_driver_that_does_not_tell_the_use_counts_as_none(driver):
    driver("[N/A], 81559, [N/A]")
    assert device.gpu_use() is None
