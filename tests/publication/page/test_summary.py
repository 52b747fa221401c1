"""The first screen: the baseline, the weakest groups, warnings, and what the model is good enough for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_report import findings_of
from sklearn.dummy import DummyClassifier

from discgrade.publication.keys import Key
from discgrade.publication.page.agreement import bars
from discgrade.publication.page.baseline import baseline_of
from discgrade.publication.page.cautions import warnings
from discgrade.publication.page.summary import summarise
from discgrade.publication.page.verdict import landis_koch, mcbride, verdict
from discgrade.publication.page.weakest import kinds
from discgrade.settings.model import Protocol
from discgrade.settings.run import FOLDS, HOLDOUT


@pytest.fixture(scope="module")
def found(paperlike):
    return findings_of(paperlike, paperlike.context)


def changed(found, metric, split=HOLDOUT, **fields):
    """Return findings with other numbers of one score of the model, its bounds those of the interval that is shown."""
    key = Key(found.run(split), metric)
    scores, intervals = dict(found.shown.scores), dict(found.shown.intervals)
    scores[key] = {**scores[key], **{name: fields[name] for name in fields if name == "value"}}
    intervals[key] = {**intervals[key], **{name: fields[name] for name in fields if name != "value"}}
    shown = replace(found.shown, scores=scores, intervals=intervals)
    return replace(found, study=replace(found.study, scores=scores), shown=shown)


def with_p(found, **values):
    """Return findings with other P values of all tests."""
    rows = {key: {**row, "value": values.get(key[2], row["value"])} for key, row in found.agreed.rows.items()}
    return replace(found, agreed=replace(found.agreed, rows=rows))


def titles(found):
    return [one.title for one in warnings(found)]


@pytest.mark.parametrize("split", [HOLDOUT, FOLDS])
def test_the_baseline_is_that_of_scikit_learn(found, split):
    hits, discs = 0, 0
    for name, parts in found.splits.groupby("split"):
        if (name == HOLDOUT) == (split == HOLDOUT):
            part = found.discs["patient"].map(parts.set_index("patient")["part"])
            train, test = (found.discs[part == which]["integral"].to_numpy() for which in ("train", "test"))
            guess = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(train), 1)), train)
            hits += int((guess.predict(np.zeros((len(test), 1))) == test).sum())
            discs += len(test)
    baseline = baseline_of(found, split)
    assert baseline.discs == discs
    assert baseline.accuracy == pytest.approx(hits / discs)


def test_model_raters_ceiling_and_baseline_stand_next_to_each_other(found):
    shown = bars(found)
    assert [bar.kind for bar in shown] == ["model", "model", "rater", "rater", "ceiling", "baseline", "baseline"]
    scores = found.study.scores
    assert shown[0].value == scores[Key(found.run(HOLDOUT), "kappa_linear")]["value"]
    assert all(bar.span[0] <= bar.value <= bar.span[1] for bar in shown if bar.kind == "model")
    assert [bar.kappa.text for bar in shown if bar.kind == "baseline"] == ["0", "0"]


def test_the_summary_shows_95_and_bars_both_intervals(found):
    model = bars(found)[0]
    key = Key(found.run(HOLDOUT), "kappa_linear")
    assert model.wide[0] < model.span[0] < model.span[1] < model.wide[1]
    assert model.wide == tuple(found.study.intervals[key][bound] for bound in ("lower", "upper"))
    assert {one.field: one.table for one in model.kappa.keys}["lower"] == "shown_intervals"
    assert summarise(found).interval.startswith("Brackets and thick bars: 95 % credible intervals (highest density)")
    assert summarise(found).interval.endswith("thin: 99.73 %, as in tables, for the comparison with the paper")


def test_where_no_narrower_interval_was_drawn_that_of_the_tables_is_shown(found):
    told = replace(found.told, intervals=replace(found.told.intervals, show=None))
    alone = replace(found, told=told, shown=found.study)
    assert [bar.wide for bar in bars(alone)] == [None] * 7
    assert summarise(alone).interval.startswith("Brackets and bars: 99.73 % credible intervals")


def test_the_lowest_of_each_kind_is_marked_where_the_test_supports_it(found):
    for kind in kinds(with_p(found, p=0.001, p_holm=0.049)):
        lowest = min(group.value for group in kind.groups if group.tested)
        assert [group.value for group in kind.groups if group.weakest] == [lowest]
        assert kind.p.text == ("P = 0.001" if kind.name == "Grade" else "P = 0.001, adjusted 0.049")
    assert [kind.name for kind in kinds(found)] == ["Grade", "Level", "Manufacturer", "Field strength"]


def test_no_group_is_marked_where_groups_differ_no_more_than_by_chance(found):
    for kind in kinds(with_p(found, p=0.05, p_holm=0.05)):
        assert not any(group.weakest for group in kind.groups)
        assert kind.differ == "No more apart than chance would have it"


def test_groups_that_were_not_tested_say_why(found):
    rows = {key: row | {"reason": "too few"} for key, row in found.agreed.rows.items()}
    bare = with_p(replace(found, agreed=replace(found.agreed, rows=rows)), p=np.nan)
    assert {(kind.differ, kind.p.text) for kind in kinds(bare)} == {("Not tested: too few.", "")}


def test_groups_are_those_of_the_model_that_the_study_ends_in(found):
    run = replace(found.main, variant="integral", split=HOLDOUT)
    ends = replace(found, agreed=replace(found.agreed, run=run))
    assert ends.label == "Integral grades"
    grades, level = kinds(ends)[:2]
    score = found.study.scores[Key(ends.main, "kappa_linear", "level", "L1/L2")]
    assert level.groups[0].value == score["value"]
    assert grades.groups[0].value != kinds(found)[0].groups[0].value


def test_what_is_compared_with_the_paper_has_the_wider_interval(found):
    (linear,) = [one for one in verdict(found).reasons if one.startswith("Linear")]
    (unweighted,) = [one for one in verdict(found).reasons if one.startswith("Unweighted") and "in print" in one]
    assert "; 99.73 % interval)" in linear
    assert "; 95 % interval)" in unweighted


def test_groups_count_different_discs(found):
    grades = next(kind for kind in kinds(found) if kind.name == "Grade").groups
    assert {group.label: group.discs for group in grades} == {
        f"{grade:g}": count for grade, count in found.tested(FOLDS)["integral"].value_counts().items()
    }


def test_nothing_is_said_of_scanners_whose_headers_are_made_up(found):
    made_up = replace(found, told=replace(found.told, headers=False))
    assert [kind.name for kind in kinds(made_up)] == ["Grade", "Level"]


def test_a_score_no_better_than_the_baseline_is_told(found):
    floor = baseline_of(found, HOLDOUT).accuracy
    assert "No better than the baseline" not in titles(found)
    assert "No better than the baseline" in titles(changed(found, "accuracy", value=floor))
    assert "No better than the baseline" in titles(changed(found, "kappa_linear", value=0.0))


def test_an_interval_that_covers_the_baseline_is_told(found):
    floor = baseline_of(found, HOLDOUT).accuracy
    assert "Perhaps no better than the baseline" not in titles(found)
    assert "Perhaps no better than the baseline" in titles(changed(found, "accuracy", lower=floor - 0.01))
    assert "Perhaps no better than the baseline" not in titles(changed(found, "accuracy", lower=floor + 0.01))


def test_each_kind_of_warning_stands_once_with_all_that_it_is_about(found):
    both = changed(changed(found, "accuracy", value=0.1), "accuracy", FOLDS, value=0.1)
    (one,) = [caution for caution in warnings(both) if caution.title == "No better than the baseline"]
    assert one.text.count("Default model, ") == 2


def test_grades_with_fewer_than_ten_test_discs_are_told(found):
    discs = found.discs.assign(integral=found.discs["integral"].replace({1.0: 2.0}))
    (few,) = [one.text for one in warnings(replace(found, discs=discs)) if one.title.startswith("Fewer")][:1]
    assert "rade 1 (none)" in few
    plenty = pd.concat([found.discs.assign(integral=float(grade)) for grade in range(1, 6)])
    assert not [title for title in titles(replace(found, discs=plenty)) if title.startswith("Fewer")]


def test_scores_on_copies_and_a_checkpoint_chosen_on_the_scored_part_are_told(found):
    default = found.context.variants["default"]
    assert "Scores are on copies" not in titles(found)
    shown = found.context.variants | {"default": replace(default, protocol=Protocol("augmented", "scored"))}
    loose = replace(found, context=replace(found.context, variants=shown))
    assert {"Scores are on copies", "Scores are optimistic"} <= set(titles(loose))


def test_labels_that_began_as_a_models_own_are_counted(found):
    (text,) = [one.text for one in warnings(found) if one.title == "Labels that began as a model's own"]
    own = found.discs["origin"] != "human"
    trained = found.discs["cohort"] != "external"
    tested = found.discs["disc"].isin(found.tested(HOLDOUT)["disc"])
    assert text.startswith(
        f"{(own & trained).sum()} of the {trained.sum()} discs to train on and {(own & tested).sum()} "
    )
    people = replace(found, discs=found.discs.assign(origin="human"))
    assert "Labels that began as a model's own" not in titles(people)


@pytest.mark.parametrize(
    ("kappa", "word"),
    [
        (-0.01, "poor"),
        (0.2, "slight"),
        (0.21, "fair"),
        (0.6, "moderate"),
        (0.61, "substantial"),
        (0.81, "almost perfect"),
    ],
)
def test_words_of_landis_and_koch(kappa, word):
    assert landis_koch(kappa) == word


@pytest.mark.parametrize(
    ("ccc", "word"), [(0.89, "poor"), (0.9, "moderate"), (0.96, "substantial"), (0.995, "almost perfect")]
)
def test_words_of_mcbride(ccc, word):
    assert mcbride(ccc) == word


@pytest.mark.parametrize(
    ("value", "lower", "upper", "answer"),
    [
        (0.80, 0.70, 0.9, "Good enough to stand next to a reader"),
        (0.72, 0.55, 0.8, "Perhaps as good as a second reader"),
        (0.55, 0.45, 0.6, "Good enough to propose grades"),
        (0.35, 0.2, 0.5, "Good enough to try the method out"),
    ],
)
def test_what_it_is_good_enough_for_follows_the_published_kappa(found, value, lower, upper, answer):
    own = replace(found, context=replace(found.context, source="folder"))
    assert verdict(changed(own, "kappa_unweighted", FOLDS, value=value, lower=lower, upper=upper)).answer.startswith(
        answer
    )


def test_a_model_that_may_be_the_baseline_is_good_for_nothing(found):
    own = replace(found, context=replace(found.context, source="folder"))
    worse = changed(own, "accuracy", FOLDS, lower=0.1)
    assert verdict(worse).answer.startswith("Not good enough for any use")


def test_a_phantom_says_nothing_of_patients(found):
    assert verdict(found).answer.startswith("For patients nothing follows")


def test_every_number_of_the_summary_has_its_keys(found):
    summary = summarise(found)
    cells = [cell for bar in summary.bars if bar.kind != "baseline" for cell in (bar.kappa, bar.accuracy)]
    cells += [group.score for kind in summary.kinds for group in kind.groups]
    assert all(cell.keys for cell in cells)
