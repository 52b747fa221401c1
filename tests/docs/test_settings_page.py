from pathlib import Path

import pytest
import yaml
from settings_page import bounds_of, find, settings, settings_page

from discgrade.settings.loading import SCHEMA

ROOT = Path(__file__).parents[2]
CONFIG = (ROOT / "config.yaml").read_text(encoding="utf-8")
BOUNDS = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))


def explained(setting):
    """Whether a key needs a comment: variants explain themselves by their label."""
    return setting.path[0] != "variants" or len(setting.path) == 1


def test_every_setting_is_explained_by_a_comment_of_its_own():
    assert [one.path for one in settings(CONFIG) if explained(one) and not one.comment] == []


def test_the_page_has_a_row_for_every_setting():
    page = settings_page(ROOT)
    keys = [".".join(one.path[1:]) for one in settings(CONFIG) if len(one.path) > 1 and explained(one)]
    assert [key for key in keys if f"| `{key}` |" not in page] == []


def test_a_comment_belongs_to_the_key_below_it():
    found = list(settings("# All of it.\na:\n  # One,\n  # on two lines.\n  b: 1\n  c: {d: 2}\n"))
    assert [(one.path, one.comment, one.default) for one in found] == [
        (("a",), "All of it.", None),
        (("a", "b"), "One, on two lines.", 1),
        (("a", "c"), "", {"d": 2}),
    ]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("cohort.source", "`phantom`, `folder`, `export`, `rating`, `volumes`"),
        ("cohort.dicom", "text or `null`"),
        ("splits.holdout", "number above 0, below 1"),
        ("images.resolutions", "list of: whole number at least 20"),
        ("deidentify.keep_sex_and_age", "`true`, `false`"),
        ("training.momentum", "number at least 0, below 1"),
    ],
)
def test_bounds_are_said_in_words(path, words):
    assert bounds_of(find(BOUNDS, tuple(path.split("."))), BOUNDS) == words
