"""The plan of a rating study."""

from dataclasses import replace

import pytest

from discgrade.grades import LEVELS
from discgrade.private import RefusedError
from discgrade.rating import plan
from discgrade.rating.ledger.actions import Action
from discgrade.rating.ledger.store import Store
from discgrade.rating.ledger.work import blind
from discgrade.rating.queue import Rater
from discgrade.settings.groups.rating import Rating
from discgrade.settings.loading import check_config


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "private")
    yield opened
    opened.close()


def test_the_last_plan_counts(store):
    assert plan.kept(store) is None
    plan.keep(store, Rating(), "t")
    plan.keep(store, Rating(days=14), "t")
    assert plan.kept(store) == Rating(days=14)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scale": "continuous"}, "scale"),
        ({"levels": ()}, "levels"),
        ({"levels": ("L5/S1", "L5/S1")}, "levels"),
        ({"levels": ("C2/C3",)}, "levels"),
        ({"reread": 1.1}, "reread"),
        ({"second_rater": -0.1}, "second_rater"),
        ({"days": -1.0}, "days"),
        ({"days": float("nan")}, "days"),
        ({"cohort": "mein Kollektiv"}, "cohort"),
        ({"reviewed": "never"}, "reviewed"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_refused(store, changes, words):
    with pytest.raises(RefusedError, match=words):
        plan.keep(store, replace(Rating(), **changes), "t")
    assert plan.kept(store) is None


@pytest.mark.parametrize("changes", [{"scale": "integral"}, {"levels": ("L5/S1",)}, {"seed": 2}])
def test_what_was_read_by_a_plan_holds_it(store, changes):
    plan.keep(store, Rating(), "t")
    plan.keep(store, replace(Rating(), **changes), "t")
    plan.keep(store, Rating(), "t")
    store.append(Action(0, "t", "R1", blind("s", 1), "grade", {"disc": 0, "grade": 2.0}, id="word-1234"))
    with pytest.raises(RefusedError, match="should stay"):
        plan.keep(store, replace(Rating(), **changes), "t")
    plan.keep(store, replace(Rating(), days=30, reread=0.5), "t")


def test_a_plan_comes_from_the_config(tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("study: x\nrating: {scale: integral, levels: [L4/L5], days: 35}\n")
    assert plan.from_config(config) == Rating(scale="integral", levels=("L4/L5",), days=35.0)


@pytest.mark.parametrize(
    "text", ["rating: {scales: integral}", "rating: {days: '28'}", "rating: {seed: yes}", "study: x", "[", "rating: 3"]
)
def test_a_config_without_a_plan_is_refused(tmp_path, text):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(RefusedError):
        plan.from_config(tmp_path / "c.yaml")


def test_who_reads_what_is_said_in_a_line_each():
    raters = {"A": Rater("A"), "B": Rater("B", "second")}
    lines = list(plan.described(Rating(reread=0.2, second_rater=0.1), [f"s{n}" for n in range(50)], raters))
    assert lines == [
        "A (main): 50 studies with 5 discs each, 10 of them again after 28 days or more",
        "B (second): 5 studies with 5 discs each",
    ]


def test_the_defaults_are_those_of_the_config(study_config):
    assert check_config(study_config())["rating"] == {**vars(Rating()), "levels": list(LEVELS)}
