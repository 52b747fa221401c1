"""The table of stability: the model next to raters, and what it leaves out with a reason."""

from types import SimpleNamespace

import pandas as pd
import pytest
from invented_study import be_stable

from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.stability import stability


def test_moves_stand_next_to_raters_with_their_intervals(paperlike, read):
    rows = read.markdown(paperlike, "stability")
    values = read.values(paperlike, "stability").set_index("row")
    for label, row in (("Box moved by 2 px", "box"), ("Neighbouring slice", "slice")):
        samples, kappa, unchanged = rows[label][:3]
        assert samples == f"{values.loc[row, 'n']:.0f}"
        assert kappa.startswith(f"{values.loc[row, 'kappa_linear']:.3f} (")
        assert unchanged.startswith(f"{values.loc[row, 'accuracy']:.3f} (")
    table2 = read.values(paperlike, "table2").drop_duplicates("row").set_index("row")
    for row in ("intra_rater", "inter_rater"):
        assert values.loc[row, "kappa_linear"] == table2.loc[row, "kappa_linear"]
        assert values.loc[row, "kappa_linear_upper"] == table2.loc[row, "kappa_linear_upper"]
    bounded = values[values["n"].notna()]
    assert (bounded["kappa_linear_lower"] <= bounded["kappa_linear"]).all()


def test_every_tenth_grade_that_changes_is_an_accuracy_of_nine_tenths(paperlike, read):
    values = read.values(paperlike, "stability").set_index("row")
    discs = pd.read_parquet(paperlike.discs).reset_index(drop=True)
    changed = ((discs.index % 10 == 0) & (discs["integral"] > 1)).sum()
    assert values.loc["left", "accuracy"] == pytest.approx(1 - changed / len(discs))
    assert values.loc["left", "mae"] == pytest.approx(changed / len(discs))


def test_what_could_not_be_moved_is_said(paperlike, tmp_path):
    files = TableFiles(*(tmp_path / f"stability.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    given = {"scores": paperlike.scores, "intervals": paperlike.intervals, "context": paperlike.context}
    made = SimpleNamespace(**vars(paperlike) | {"folder": tmp_path})
    stability(stability=be_stable(made, ["left"]), **given, files=files)
    assert "No disc's stack has another slice." in files.md.read_text()
    assert "Box moved" in files.md.read_text()
    stability(stability=be_stable(made, []), **given, files=files)
    text = files.md.read_text()
    assert "No disc could be graded again." in text
    assert "No box can be moved within its slice." in text
    assert "Box moved by 2 px |" not in text


def test_the_caption_says_who_graded(paperlike, read):
    text = read.text(paperlike, "stability")
    assert "discs out of 2 folds, each graded by networks that have not seen its patient" in text
    assert "Bayesian bootstrap over" in text
