"""A job works on nothing that changed since it was made, whatever Snakemake thinks of the file's time stamp."""

import os

import pytest

from .conftest import run_toy

SAMPLES = "samples/24px/00.parquet"


@pytest.fixture
def model(toy):
    """A trained model that is gone, so that its training runs again."""
    path = toy / "results" / "toy" / "runs" / "default" / "24px" / "share-1" / "holdout" / "seed-1" / "model.keras"
    path.unlink()
    return path


def flip(path):
    """Flip one bit in the middle of a file, and keep its time stamp."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_one_flipped_bit_in_an_input_is_refused_in_one_sentence_without_traceback(toy, model):
    flip(toy / "results" / "toy" / SAMPLES)
    done = run_toy(toy, model.relative_to(toy).as_posix())
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert not model.exists()
    assert said.count("Changed since it was made: results/toy/samples/24px/00.parquet (made by augment as ") == 1
    assert "Remove it and run snakemake again" in said
    assert "Traceback" not in said


def test_what_the_message_says_to_do_mends_it(toy, model):
    before = (toy / "results" / "toy" / SAMPLES).read_bytes()
    flip(toy / "results" / "toy" / SAMPLES)
    (toy / "results" / "toy" / SAMPLES).unlink()
    done = run_toy(toy, model.relative_to(toy).as_posix())
    assert done.returncode == 0, done.stderr
    assert model.exists()
    assert (toy / "results" / "toy" / SAMPLES).read_bytes() == before
