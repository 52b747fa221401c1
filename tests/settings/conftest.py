"""The settings of config.yaml and of the studies."""

from collections.abc import Callable

import pytest

from discgrade.settings.loading import check_config
from discgrade.settings.model import Study
from discgrade.settings.study import read_study


@pytest.fixture
def study_of(study_config: Callable[..., dict[str, object]]) -> Callable[..., Study]:
    """A function that returns the settings of config.yaml, with overlays of studies/ and then changed sections."""

    def read(*overlays: str, **sections: dict[str, object]) -> Study:
        config = study_config(*overlays)
        config["cohort"]["source"] = "phantom"
        for name, section in sections.items():
            config[name] |= section
        return read_study(check_config(config))

    return read
