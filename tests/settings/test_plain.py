"""Settings as JSON and back."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from discgrade.reliability.plan import RunPlan, run_plans
from discgrade.settings.grid import all_runs
from discgrade.settings.groups.attribution import Dataset, Person, Provenance
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Study
from discgrade.settings.plain import plain, typed
from discgrade.settings.run import Run

STUDIES = sorted(path.name for path in (Path(__file__).parents[2] / "studies").glob("*.yaml"))


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_survives_the_way_through_json(study_of, name):
    study = study_of(name)
    assert typed(Study, json.loads(json.dumps(plain(study)))) == study


def test_lists_of_runs_survive_the_way_through_json(study_of):
    study = study_of("paper.yaml")
    for kind, values in ((list[Run], all_runs(study)), (list[RunPlan], run_plans(study))):
        assert typed(kind, json.loads(json.dumps(plain(values)))) == values


def test_what_may_be_missing_survives_both_ways():
    empty = Provenance()
    full = Provenance("A title", (Person("Ada Muster"),), dataset=Dataset("Spines"))
    for value in (empty, full):
        assert typed(Provenance, json.loads(json.dumps(plain(value)))) == value


def test_a_simple_value_is_its_own():
    assert plain("square") == typed(str, "square") == "square"
    assert plain(None) is None


def test_a_mapping_keeps_its_names_and_types_its_values():
    @dataclass(frozen=True)
    class Size:
        discs: int

    sizes = {"primary": Size(3)}
    assert plain(sizes) == {"primary": {"discs": 3}}
    assert typed(dict[str, Size], plain(sizes)) == sizes


def test_a_name_that_is_no_field_is_refused():
    with pytest.raises(TypeError, match="unexpected keyword argument 'raters'"):
        typed(Reference, {"raters": "R2"})


def test_a_setting_that_is_left_out_is_refused():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'reading'"):
        typed(Reference, {"statistic": "reading", "rater": "R2"})
