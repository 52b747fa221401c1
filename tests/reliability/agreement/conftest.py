"""The samples of one model, for all tests of agreement."""

import pytest
from agreeing_samples import make_samples


@pytest.fixture(scope="session")
def samples():
    """Sixty patients."""
    return make_samples()
