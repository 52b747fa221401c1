"""What a training reads of an invented cohort."""

import pytest

from discgrade.learning.grading.lessons import Lesson
from discgrade.learning.grading.samples import load_samples
from discgrade.settings.model import Protocol

AS_READ = Protocol(score="as_read", checkpoint="validation")


@pytest.fixture
def load(cohort, run, tmp_path):
    """A function that reads the samples of a run; keywords that are not its own are those of its lesson."""

    def load(cohort=cohort, run=run, scale="fractional", protocol=AS_READ, **lesson):
        how = {"run": run, "scale": scale, "protocol": protocol, "scratch": tmp_path}
        return load_samples(cohort.samples, cohort.discs, cohort.splits, **how, lesson=Lesson(**lesson))

    return load
