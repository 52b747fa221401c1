import pytest

from discgrade.provenance import machine


def test_the_device_is_what_the_driver_says(driver, monkeypatch):
    driver("NVIDIA H100, 570.1", "NVIDIA H100, 570.1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")
    expected = {"kind": "GPU", "model": ["NVIDIA H100"] * 2, "driver": "570.1", "visible": "0,3"}
    assert machine.process(gpu=True)["device"] == expected


@pytest.mark.usefixtures("driver")
def test_without_a_driver_a_job_that_was_given_a_gpu_ran_on_the_cpu(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    assert machine.process(gpu=True)["device"] == {"kind": "CPU", "visible": "1"}


@pytest.mark.usefixtures("driver")
def test_the_serial_number_of_a_gpu_is_not_told(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "GPU-8a56a4bc")
    assert machine.process(gpu=True)["device"] == {"kind": "CPU"}
