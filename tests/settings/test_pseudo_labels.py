"""A cohort that a model labels: when, by whom, and which runs it takes."""

import pytest

from discgrade.settings.grid import all_runs
from discgrade.settings.loading import ConfigurationError, check_config
from discgrade.settings.pseudo_labels import arm_runs, label_splits, teacher_run


def test_a_phantom_of_two_cohorts_is_labelled_where_the_config_leaves_it_open(study_of):
    assert study_of().pseudo_labels.cohort == "supplemental"
    assert study_of(pseudo_labels={"make": False}).pseudo_labels is None
    one = {"primary": 10, "supplemental": 0, "reread": 0, "second_rater": 0, "seed": 1}
    assert study_of(cohort={"phantom": one}, pseudo_labels={"make": None}).pseudo_labels is None
    cut = {"default": {"loss": "categorical_crossentropy", "scale": "fractional", "decoding": "cuts"}}
    assert study_of(variants=cut, grid={"variants": None, "folds": ["default"]}).pseudo_labels is None


@pytest.mark.parametrize("name", ["smoke.yaml", "compare.yaml"])
def test_studies_of_human_labels_stay_so(study_of, name):
    study = study_of(name)
    assert study.pseudo_labels is None
    assert {variant.labels for variant in study.variants.values()} == {"human"}


def test_the_studys_own_variants_learn_reviewed_labels_and_arms_are_the_teacher_taught_otherwise(study_of):
    study = study_of(pseudo_labels={"make": True, "learn": True, "teacher": "mae"})
    own = {name: one for name, one in study.variants.items() if "-" not in name}
    assert {one.labels for one in own.values()} == {"reviewed"}
    arms = {name: one for name, one in study.variants.items() if "-" in name}
    assert {name: one.labels for name, one in arms.items()} == {
        "mae-without": "without",
        "mae-human": "human",
        "mae-pseudo": "pseudo",
    }
    assert all((one.training, one.protocol) == (own["mae"].training, own["mae"].protocol) for one in arms.values())


def test_a_teacher_is_trained_in_every_split_and_arms_in_every_fold(study_of):
    study = study_of(splits={"folds": 3}, grid={"seeds": [4, 5]}, pseudo_labels={"make": True, "learn": True})
    assert label_splits(study) == ["holdout", "fold-01", "fold-02", "fold-03"]
    assert {teacher_run(study, split).variant for split in label_splits(study)} == {"default-without"}
    runs = arm_runs(study)
    assert [run.variant for run in runs[::3]] == ["default-without", "default-human", "default-pseudo", "default"]
    assert {run.seed for run in runs} == {4}
    assert not {run for run in runs if "-" in run.variant} & set(all_runs(study))
    few = arm_runs(study_of(splits={"folds": 3}, pseudo_labels={"make": True, "learn": True, "compare": False}))
    assert [run.variant for run in few[::3]] == ["default-without", "default"]


def test_variants_that_learn_what_people_read_are_compared_with_arms_that_learn_the_models_labels(study_of):
    study = study_of(splits={"folds": 2})
    own = {one.labels for name, one in study.variants.items() if "-" not in name}
    assert own == {"human"}
    assert [(run.variant, study.variants[run.variant].labels) for run in arm_runs(study)[::2]] == [
        ("default-without", "without"),
        ("default", "human"),
        ("default-pseudo", "pseudo"),
        ("default-reviewed", "reviewed"),
    ]


@pytest.mark.parametrize(
    ("pseudo", "others", "told"),
    [
        ({"cohort": "external"}, {}, "nothing learns from external"),
        ({"cohort": "third"}, {}, "It has: primary, supplemental. Received: third"),
        ({"make": True}, {"supplemental": 0}, "the phantom has no patients of it. It has: primary"),
        ({"make": True, "cohort": "primary"}, {"supplemental": 0}, "all patients are of primary"),
        ({"teacher": "nobody"}, {}, "unknown variant 'nobody'. Known variants: default"),
        ({"learn": False, "compare": False}, {}, "nothing uses the labels"),
        ({"answers": "README.md"}, {}, "only for review: queue"),
        ({"review": "queue", "answers": "nowhere.csv"}, {}, "nothing is there. Give the path of the sheet, or null"),
        ({"deviation": 0}, {}, "pseudo_labels.deviation: should be over 0 and at most 4 grades. Received: 0"),
        ({"review": "never"}, {}, "pseudo_labels.review: should be one of"),
    ],
)
def test_what_cannot_be_labelled_is_refused_in_a_sentence(study_config, pseudo, others, told):
    config = study_config()
    config["pseudo_labels"] |= {"make": True} | pseudo
    config["cohort"]["phantom"] |= others
    with pytest.raises(ConfigurationError) as refused:
        check_config(config)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("teacher", "grid", "told"),
    [
        ({"members": ["default", "ordinal"]}, {}, "the mean of others"),
        ({"loss": "soft_kappa", "scale": "integral"}, {"variants": ["default"]}, "should be trained by the grid"),
        (
            {"loss": "soft_kappa", "scale": "fractional", "decoding": "cuts"},
            {"folds": ["default", "pupil"]},
            "is decoded by cuts, which other folds teach",
        ),
    ],
)
def test_a_teacher_that_no_split_can_have_is_refused(study_config, teacher, grid, told):
    config = study_config()
    config["variants"] = config["variants"] | {"pupil": teacher}
    config["grid"] |= grid
    config["pseudo_labels"] |= {"make": True, "teacher": "pupil"}
    with pytest.raises(ConfigurationError) as refused:
        check_config(config)
    assert told in str(refused.value)
