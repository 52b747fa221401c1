import pandas as pd
import pytest
from drawn_study import CONTEXT

from discgrade import records
from discgrade.publication.figures.grades import figure1
from discgrade.records.cohort.discs import DISCS


def test_table_counts_every_disc_of_every_cohort(study, out):
    figure1(discs=study.discs, context=CONTEXT, files=out)
    discs, counts = study.tables["discs"], pd.read_csv(out.csv)
    for scale, column in (("fractional", "grade"), ("integral", "integral")):
        expected = discs.groupby([column, "cohort"]).size()
        drawn = counts[counts["scale"] == scale].set_index(["grade", "cohort"])["discs"]
        assert drawn[drawn > 0].sort_index().tolist() == expected.sort_index().tolist()
        assert drawn.sum() == len(discs)


def test_bars_stack_to_all_cohorts(study, out, saved):
    figure1(discs=study.discs, context=CONTEXT, files=out)
    counts = pd.read_csv(out.csv)
    for axes, scale in zip(saved[0].axes, ("fractional", "integral"), strict=True):
        tops = [bar.get_y() + bar.get_height() for bar in axes.containers[-1]]
        assert tops == counts[counts["scale"] == scale].groupby("grade")["discs"].sum().tolist()


def test_integral_grades_only_make_one_panel(integral_study, out, saved, check_legible):
    figure1(discs=integral_study.discs, context=CONTEXT, files=out)
    assert set(pd.read_csv(out.csv)["scale"]) == {"integral"}
    assert len(saved[0].axes) == 1
    check_legible(*saved)


def test_legible(study, out, saved, check_legible, words):
    figure1(discs=study.discs, context=CONTEXT, files=out)
    check_legible(*saved)
    shown = [text for text, _ in words(saved[0])]
    assert {"Primary (625 discs)", "Supplemental (155 discs)", "Discs", "Fractional Pfirrmann grade"} <= set(shown)


@pytest.mark.parametrize("cohorts", ["A", "external lsma A", "A B C D E F G H"])
def test_any_number_of_cohorts(study, out, saved, check_legible, cohorts):
    names = cohorts.split()
    discs = study.tables["discs"].assign(cohort=lambda rows: [names[index % len(names)] for index in range(len(rows))])
    path = out.csv.with_name("discs.parquet")
    records.write(discs.to_dict("records"), DISCS, path)
    figure1(discs=path, context=CONTEXT, files=out)
    assert set(pd.read_csv(out.csv)["cohort"]) == set(names)
    check_legible(*saved)


def test_no_discs_say_so(out, saved, words):
    path = out.csv.with_name("discs.parquet")
    records.write([], DISCS, path)
    figure1(discs=path, context=CONTEXT, files=out)
    assert out.csv.read_text() == "scale,grade,cohort,discs\n"
    assert [text for text, _ in words(saved[0])] == ["No discs: there are no grades to count."]
