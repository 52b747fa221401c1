"""What the kernel says of this process, and a driver, here a script, of its GPUs."""

import gc
import weakref

import pytest

from discgrade import host


def test_the_peak_of_memory_is_that_of_this_process():
    before = host.peak_memory()
    block = bytearray(200 * 2**20)
    assert host.peak_memory() >= before
    assert host.peak_memory() > len(block)


def test_every_gpu_is_a_row_of_answers(driver):
    asked = driver("NVIDIA H100, 570.1", "NVIDIA H100, 570.1")
    assert host.given_gpus("name", "driver_version") == [["NVIDIA H100", "570.1"]] * 2
    assert asked.read_text() == "--query-gpu=name,driver_version --format=csv,noheader,nounits\n"


def test_only_the_given_gpus_are_asked_about(driver, monkeypatch):
    asked = driver("3")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    assert host.given_gpus("index") == [["3"]]
    assert asked.read_text().endswith(" -i 3\n")


def test_a_process_that_was_given_none_has_none(driver, monkeypatch):
    driver("0")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert host.given_gpus("index") == []


def test_a_driver_without_gpus_has_none(driver):
    driver("No devices were found")
    assert host.given_gpus("index") == []


@pytest.mark.usefixtures("driver")
def test_without_a_driver_there_is_none():
    assert host.given_gpus("index") == []


class Cycle:
    """An object that only a look for cycles takes back."""

    def __init__(self) -> None:
        self.own = self


def test_cycles_are_taken_back_once_there_are_some(monkeypatch):
    monkeypatch.setattr(host, "_LOOSE_OBJECTS", 0)
    host.collect_the_rest()
    gone = weakref.ref(Cycle())
    assert gone() is not None
    host.collect_the_rest()
    assert gone() is None
    gc.unfreeze()
