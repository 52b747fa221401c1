import pytest

from discgrade.settings import grid


@pytest.fixture
def paper(study_config):
    return study_config("paper.yaml")


def test_the_paper_trains_eight_variants_on_the_fixed_split(paper):
    runs = grid.variant_runs(paper)
    assert len(runs) == 8
    assert {(run.split, run.share, run.resolution) for run in runs} == {("holdout", 1, 128)}


def test_the_paper_cross_validates_the_default_variant_alone(paper):
    assert {run.variant for run in grid.fold_runs(paper)} == {"default"}
    assert [run.split for run in grid.fold_runs(paper)] == [f"fold-{number:02d}" for number in range(1, 11)]


def test_the_whole_grid_of_the_paper_counts_each_run_once(paper):
    # 8 variants + 10 folds + 5 further shares + 6 further resolutions
    assert len(grid.all_runs(paper)) == len(set(grid.all_runs(paper))) == 8 + 10 + 5 + 6


def test_compare_trains_every_variant_in_every_fold_from_three_seeds(study_config):
    assert len(grid.fold_runs(study_config("compare.yaml"))) == 8 * 5 * 3


def test_a_run_is_found_by_its_path():
    assert grid.Run("mae", 64, 4, "fold-02", 3).path == "mae/64px/share-4/fold-02/seed-3"


def test_a_variant_overrides_what_it_names(paper):
    paper["variants"]["mse"]["epochs"] = 7
    assert grid.variant_training(paper, "mse")["epochs"] == 7
    assert grid.variant_training(paper, "mae")["epochs"] == 100


def test_a_device_is_no_setting_of_the_training(paper):
    assert "gpus" not in grid.variant_training(paper, "default")


def test_an_unknown_variant_is_named(study_config):
    with pytest.raises(ValueError, match=r"Unknown variant.*Received: 'focal'"):
        grid.variant_training(study_config(), "focal")


def test_a_variant_may_carry_its_own_protocol(study_config):
    assert grid.variant_protocol(study_config(), "default") == {"score": "as_read", "checkpoint": "validation"}
    assert grid.variant_protocol(study_config(), "paper_protocol") == {"score": "augmented", "checkpoint": "scored"}


def test_shards_sort_by_name_as_by_number(study_config):
    config = study_config()
    config["cohort"]["shards"] = 120
    assert grid.shards(config) == sorted(grid.shards(config))
