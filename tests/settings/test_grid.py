import pytest

from discgrade.settings import grid


@pytest.fixture
def paper(study_of):
    return study_of("paper.yaml")


def test_the_paper_trains_eight_variants_on_the_hold_out_split(paper):
    runs = grid.variant_runs(paper)
    assert len(runs) == 8
    assert {(run.split, run.share, run.resolution) for run in runs} == {("holdout", 1, 128)}


def test_the_paper_cross_validates_the_default_variant_alone(paper):
    assert {run.variant for run in grid.fold_runs(paper)} == {"default"}
    assert [run.split for run in grid.fold_runs(paper)] == [f"fold-{number:02d}" for number in range(1, 11)]


def test_the_whole_grid_of_the_paper_counts_each_run_once(paper):
    # 8 variants + 10 folds + 5 further shares + 6 further resolutions
    assert len(grid.all_runs(paper)) == len(set(grid.all_runs(paper))) == 8 + 10 + 5 + 6


def test_compare_trains_every_variant_in_every_fold_from_three_seeds(study_of):
    assert len(grid.fold_runs(study_of("compare.yaml"))) == 8 * 5 * 3


def test_shards_sort_by_name_as_by_number(study_of):
    shards = grid.shards(study_of(cohort={"shards": 120}))
    assert shards == sorted(shards)
    assert (len(shards), shards[7]) == (120, "007")


def test_the_regression_shown_is_that_of_mae(study_of):
    assert grid.regression_run(study_of()).variant == "mae"


def test_without_mae_the_last_continuous_variant_is_shown(study_of):
    few = study_of(grid={"variants": ["default", "mse", "integral"]})
    assert grid.regression_run(few).variant == "mse"


def test_a_study_without_regression_shows_what_is_missing(study_of):
    assert grid.regression_run(study_of(grid={"variants": ["default"]})).variant == "mae"


def test_whole_grades_name_the_three_lines_that_change(study_of):
    told = grid.whole_grades(study_of("own_cohort.yaml"))
    assert "grid:\n  default: integral\n  variants: [integral, mse, mae]\n  folds: [integral]" in told
    assert "default, balanced" in told


def test_whole_grades_train_on_the_integral_scale(study_of):
    lines = {"default": "integral", "variants": ["integral", "mse"], "folds": ["integral"]}
    assert grid.whole_grades(study_of("own_cohort.yaml", grid=lines)) == ""
