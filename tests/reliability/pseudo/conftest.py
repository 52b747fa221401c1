"""A study whose second cohort is labelled."""

import pytest
from pseudo_study import labelled_study


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return labelled_study(tmp_path_factory.mktemp("pseudo"))
