"""Work is shared with other processes, its results come in order, and the first error ends it."""

import math
import operator
import os

import pytest

from discgrade.grading.running.workers import Workers, how_many

MANY = 200


def test_results_come_in_order_and_from_all_processes():
    with Workers(2) as workers:
        assert list(workers.each(operator.neg, range(MANY))) == [-number for number in range(MANY)]
        assert len(set(workers.each(os.path.realpath, ["/proc/self"] * MANY))) == 2
        with pytest.raises(ValueError, match="math domain error"):
            list(workers.each(math.sqrt, [-1.0]))


def test_few_items_are_taken_before_their_turn():
    taken = []
    with Workers(2) as workers:
        made = workers.each(operator.neg, (taken.append(number) or number for number in range(MANY)))
        assert next(made) == 0
        made.close()
    assert len(taken) < MANY / 2


def test_few_files_are_read_by_one_process(tmp_path):
    assert how_many(3, tmp_path, False) == 1
    for number in range(5):
        (tmp_path / f"{number}.dcm").touch()
    assert how_many(None, tmp_path, False) == 1
    assert how_many(3, tmp_path, False) == 3
    assert how_many(50, tmp_path, False) == 5
