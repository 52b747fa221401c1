from dataclasses import replace

import pandas as pd
import pytest
from drawn_study import CONTEXT

from discgrade import records
from discgrade.publication.context import Shown
from discgrade.publication.figures.curves import curves
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.publication.figures.drawing.words import read_words
from discgrade.records.results.training import HISTORY
from discgrade.settings.model import Protocol
from discgrade.settings.run import Run


def _draw(study, out, *trainings):
    """Draw trainings, each (name, title, variant whose history it takes)."""
    panels = [Panel(name, title, (Run(variant, 48, 1, "holdout", 1),)) for name, title, variant in trainings]
    curves(
        histories=[study.histories[variant] for _, _, variant in trainings], panels=panels, context=CONTEXT, files=out
    )


def test_table_holds_every_epoch_of_every_training(study, out):
    _draw(study, out, ("default", "Default model", "default"), ("mae", "MAE loss", "mae"))
    drawn = pd.read_csv(out.csv)
    for name in ("default", "mae"):
        known = records.read(study.histories[name], HISTORY).to_pandas()
        assert drawn[drawn["training"] == name].drop(columns="training").values.tolist() == known.values.tolist()


def test_panels_show_loss_above_accuracy(study, out, saved):
    _draw(study, out, ("mae", "MAE loss", "mae"))
    history = records.read(study.histories["mae"], HISTORY).to_pandas()
    for axes, quantity in zip(saved[0].axes, ("loss", "accuracy"), strict=True):
        training, chosen, *_ = axes.lines
        assert training.get_ydata().tolist() == history[quantity].tolist()
        assert chosen.get_ydata().tolist() == history[f"val_{quantity}"].tolist()


def test_kept_checkpoint_is_the_last_best_epoch(study, out, saved):
    _draw(study, out, ("mae", "MAE loss", "mae"))
    history = records.read(study.histories["mae"], HISTORY).to_pandas()
    for axes in saved[0].axes:
        assert axes.lines[2].get_xdata() == [history["val_accuracy"].idxmax() + 1] * 2
    ring = saved[0].axes[1].lines[3]
    assert ring.get_ydata().tolist() == [history["val_accuracy"].max()]
    assert saved[0].axes[1].get_title(loc="left") == "kept: highest validation"


def test_seeds_of_a_variant_share_a_panel(study, out, saved, check_legible):
    runs = [Run("mae", 48, 1, "holdout", seed) for seed in (1, 2)]
    panels = [Panel(f"mae, seed {run.seed}", "MAE loss (regression)", (run,)) for run in runs]
    curves(histories=[study.histories["mae"], study.histories["mse"]], panels=panels, context=CONTEXT, files=out)
    above, below = saved[0].axes
    assert above.get_title(loc="left") == "MAE loss\n(regression)"
    assert (len(above.lines), len(below.lines)) == (6, 8)
    check_legible(*saved)


@pytest.mark.parametrize("count", [1, 9])
def test_legible(study, out, saved, check_legible, count):
    _draw(study, out, *((name, f"Label of {name}", name) for name in list(study.histories)[:count]))
    check_legible(*saved)
    assert len([axes for axes in saved[0].axes if axes.lines]) == 2 * count


def test_one_epoch_is_enough(study, out, saved, check_legible):
    path = out.csv.with_name("history.parquet")
    records.write(records.read(study.histories["mae"], HISTORY)[:1], HISTORY, path)
    curves(
        histories=[path], panels=[Panel("one", "One", (Run("mae", 48, 1, "holdout", 1),))], context=CONTEXT, files=out
    )
    check_legible(*saved)


def test_no_training_says_so(out, saved, words):
    curves(histories=[], panels=[], context=CONTEXT, files=out)
    assert out.csv.read_text().startswith("training,epoch,learning_rate,loss,accuracy,")
    assert [text for text, _ in words(saved[0])] == ["No trainings: there is no history to draw."]


@pytest.mark.parametrize(("checkpoint", "chosen"), [("validation", True), ("last", False)])
def test_ties_are_explained_where_accuracy_chooses_the_epoch(study, out, checkpoint, chosen):
    shown = Shown("MAE loss", Protocol("as_read", checkpoint))
    curves(
        histories=[study.histories["mae"]],
        panels=[Panel("mae", "MAE loss", (Run("mae", 48, 1, "holdout", 1),))],
        context=replace(CONTEXT, variants={"mae": shown}),
        files=out,
    )
    assert ("Of equal accuracies" in read_words(out.words).caption) == chosen
