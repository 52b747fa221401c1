"""The first screen: the baseline, the weakest groups, warnings, and what the model is good enough for."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_report import findings_of
from sklearn.dummy import DummyClassifier
from sklearn.metrics import accuracy_score, cohen_kappa_score

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
    pairs = []
    for name, parts in found.splits.groupby("split"):
        if (name == HOLDOUT) == (split == HOLDOUT):
            part = found.discs["patient"].map(parts.set_index("patient")["part"])
            train, test = (found.discs[part == which]["integral"].to_numpy() for which in ("train", "test"))
            guess = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(train), 1)), train)
            pairs += zip(test, guess.predict(np.zeros((len(test), 1))), strict=True)
    baseline = baseline_of(found, split)
    assert baseline.discs == len(pairs)
    assert baseline.accuracy == pytest.approx(accuracy_score(*zip(*pairs, strict=True)))
    assert baseline.kappa == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True), weights="linear"))


def test_a_baseline_that_names_two_grades_has_the_kappa_of_both(found):
    half = found.discs["patient"].isin(
        found.splits[found.splits["part"].eq("test") & found.splits["split"].eq("fold-01")]["patient"]
    )
    discs = found.discs.assign(integral=np.where(half, 2.0, 4.0))
    baseline = baseline_of(replace(found, discs=discs), FOLDS)
    assert (baseline.grades, baseline.accuracy) == ((2.0, 4.0), 0.0)
    assert baseline.kappa < -0.5
    none = replace(changed(found, "kappa_linear", FOLDS, value=0.0), discs=discs)
    assert any("folds, pooled: κ 0.000; κ is 0 by chance alone." in one.text for one in warnings(none))
    shown = [bar.kappa.text for bar in bars(replace(found, discs=discs)) if bar.kind == "baseline"]
    assert shown[-1] == f"{baseline.kappa:.3f}".replace("-", "\N{MINUS SIGN}")


def test_kappa_of_one_grade_alone_is_undefined_for_model_and_baseline(found):
    scores = {key: row | {"value": np.nan, "reason": "no variance"} for key, row in found.study.scores.items()}
    study = replace(found.study, scores=scores)
    alone = replace(found, study=study, shown=study, discs=found.discs.assign(integral=3.0))
    assert [bar.kappa.text for bar in bars(alone) if bar.kind in ("model", "baseline")] == ["\N{EN DASH}"] * 4
    (said,) = [one.text for one in warnings(alone) if one.title == "No κ"]
    assert said.startswith("Default model, hold-out test set: κ is undefined, no variance.")
    assert "No interval" not in titles(alone)


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
        assert kind.p.keys[0].metric == "p"
    assert [kind.name for kind in kinds(found)] == ["Grade", "Level", "Manufacturer", "Field strength"]


def test_no_group_is_marked_where_groups_differ_no_more_than_by_chance(found):
    for kind in kinds(with_p(found, p=0.05, p_holm=0.05)):
        assert not any(group.weakest for group in kind.groups)
        every = all(group.tested for group in kind.groups)
        of = (
            ""
            if every
            else "Of the groups with at least 10 patients" + " and two grades" * (kind.name != "Grade") + ": "
        )
        assert kind.differ == f"{of}{'N' if every else 'n'}o more apart than chance would have it"


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


@pytest.mark.parametrize(
    ("value", "lower", "upper", "words"),
    [
        (0.85, 0.82, 0.9, "lies above"),
        (0.72, 0.5, 0.9, "reaches"),
        (0.676, 0.635, 0.718, "is lower, but its interval reaches"),
        (0.6, 0.5, 0.68, "stays below"),
    ],
)
def test_a_published_kappa_is_compared_with_the_whole_interval(found, value, lower, upper, words):
    bounds = {"value": value, "lower": lower, "upper": upper}
    reasons = verdict(changed(found, "kappa_unweighted", FOLDS, **bounds)).reasons
    assert sum(f"interval) {words} the 0.690 to 0.810 that two readers" in one for one in reasons) == 1


def test_what_is_weighed_is_told_where_it_is_not_the_same_for_all(found):
    by_fold = replace(found, context=replace(found.context, unit="fold"))
    assert "bootstrap over patients, for means of folds over folds (" in summarise(by_fold).interval


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
