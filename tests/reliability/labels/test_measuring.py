"""The measures of an invented study, from its prediction tables to the written ones."""

from types import SimpleNamespace

import pytest
from judged_labels import label_study, measure

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.labels import LABEL_NOISE, LABEL_QUALITY
from discgrade.records.results.scores import SCORES


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """40 patients, one in five of them with labels that began as a model's."""
    return label_study(tmp_path_factory.mktemp("labels"), 40, pseudo=True)


def tables(noise, quality, _queue):
    read = records.read(noise, LABEL_NOISE), records.read(quality, LABEL_QUALITY)
    return SimpleNamespace(noise=read[0].to_pandas(), quality=read[1].to_pandas())


@pytest.fixture(scope="module")
def measured(made):
    return tables(*measure(made, made.folder))


def values(measured, **where):
    rows = measured.noise
    for name, value in where.items():
        rows = rows[rows[name] == value]
    return rows


def test_only_labels_of_raters_who_saw_no_model_are_judged(made, measured):
    discs = records.read(made.discs, DISCS).to_pandas()
    human = set(discs["disc"][discs["origin"] == "human"])
    assert set(measured.quality["disc"]) == human
    assert values(measured, scope="all", metric="kappa_linear")["n"].tolist() == [len(human)]


def test_agreement_is_the_score_of_the_study_where_all_labels_are_a_raters(tmp_path):
    made = label_study(tmp_path, 20)
    found = values(tables(*measure(made, tmp_path)), metric="kappa_linear")
    scores = records.read(made.scores, SCORES).to_pandas()
    scores = scores[(scores["variant"] == "default") & (scores["split"] == "folds") & (scores["seed"] == -1)]
    scores = scores[scores["metric"].eq("kappa_linear") & scores["grade"].isna()].set_index(["scope", "group"])["value"]
    for scope in ("all", "level"):
        for row in found[found["scope"] == scope].itertuples():
            assert row.value == pytest.approx(scores[scope, row.group])
            assert row.lower < row.value < row.upper


def test_models_are_compared_on_the_same_discs(measured):
    kinds = values(measured, scope="models").set_index(["group", "metric"])["value"]
    assert set(kinds.index.get_level_values("group")) == {"variants", "parts"}
    for kind in ("variants", "parts"):
        apart = kinds[kind, "kappa_models"] - kinds[kind, "kappa_readings"]
        assert kinds[kind, "kappa_apart"] == pytest.approx(apart)


def test_every_ceiling_has_both_assumptions_and_that_of_the_rereadings(measured):
    ceilings = values(measured, metric="kappa_ceiling")
    assert set(ceilings["group"]) == {"0.05", "0.1", "0.2", "0.3", "reread"}
    assert len(ceilings) == 10
    assert ((ceilings["lower"] <= ceilings["value"]) & (ceilings["value"] <= ceilings["upper"])).all()


def test_rows_have_one_key_each(measured):
    assert not measured.noise.duplicated(["scope", "group", "metric"]).any()


def test_without_folds_the_tables_are_empty(made, tmp_path):
    noise, quality, queue = measure(made, tmp_path, reason="It is not trained in the folds.")
    assert len(records.read(noise, LABEL_NOISE)) == len(records.read(quality, LABEL_QUALITY)) == 0
    assert queue.read_text().startswith("sop_instance_uid,")
