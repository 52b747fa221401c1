"""An invented study whose tables look like a real run's: 156 patients, nine variants, shares, resolutions and folds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from drawn_study import VARIANTS, files_in
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from sklearn.metrics import accuracy_score, cohen_kappa_score, f1_score, matthews_corrcoef
from table_rows import disc_row, sample_row

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, LEVELS, integral, nearest
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.drawing.style import styled
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.intervals import INTERVALS, POSTERIORS
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.records.results.training import HISTORY
from discgrade.settings.run import Run

RESOLUTION = 48
PERSON = {"manufacturer": "Siemens", "field_strength": 1.5, "sex": "F", "age": 50.0}


@pytest.fixture
def files(tmp_path: Path) -> FigureFiles:
    """Where a figure is written."""
    return files_in(tmp_path)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were laid out and saved, for the page and then for a column; files stay empty, for speed."""
    figures: list[Figure] = []

    def remember(figure: Figure, path: Path, **kwargs: object) -> None:
        if kwargs["format"] == "pdf":
            figures.append(figure)
        path.touch()

    monkeypatch.setattr(Figure, "savefig", remember)
    return figures


@pytest.fixture
def out(files: FigureFiles, saved: list[Figure]) -> FigureFiles:
    """Where a figure is written of which the test reads the table or the figure in `saved`, but no picture."""
    return files


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Callable[[Figure], list[tuple[str, Bbox]]]:
    """Every text that a figure shows, with its place in pixels."""

    def words_of(figure: Figure) -> list[tuple[str, Bbox]]:
        shown: list[tuple[str, Bbox]] = []
        draw = Text.draw

        def remember(text: Text, renderer: object, *args: object, **kwargs: object) -> None:
            if text.get_visible() and text.get_text().strip():
                shown.append((text.get_text(), Text.get_window_extent(text, renderer)))
            draw(text, renderer, *args, **kwargs)

        with monkeypatch.context() as patch, styled():
            patch.setattr(Text, "draw", remember)
            FigureCanvasAgg(figure).draw()
        return shown

    return words_of


@pytest.fixture
def check_legible(words: Callable[[Figure], list[tuple[str, Bbox]]]) -> Callable[..., None]:
    """Fail unless every text lies inside its figure, at 6 points or more, and covers no other text."""

    def check(*figures: Figure) -> None:
        for figure in figures:
            check_one(figure)

    def check_one(figure: Figure) -> None:
        shown = words(figure)
        page = figure.bbox.padded(1)
        outside = [text for text, box in shown if not (page.contains(*box.min) and page.contains(*box.max))]
        assert not outside
        boxes = np.array([box.padded(-1).extents for _, box in shown])
        apart = (boxes[:, None, :2] >= boxes[None, :, 2:]).any(axis=2)
        covering = np.argwhere(np.triu(~(apart | apart.T), 1))
        assert not [(shown[first][0], shown[second][0]) for first, second in covering]
        assert min(text.get_fontsize() for text in figure.findobj(Text)) >= 6

    return check


@pytest.fixture(scope="session")
def integral_study(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A study whose raters gave integral grades only."""
    return make_study(tmp_path_factory.mktemp("integral_study"), integral_only=True)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Paths of the tables of the invented study, and the tables themselves."""
    return make_study(tmp_path_factory.mktemp("study"))


def make_study(folder: Path, patients: int = 156, integral_only: bool = False) -> SimpleNamespace:
    """Write every table that the figures read."""
    rng = np.random.default_rng(20210201)
    discs = _discs(rng, patients, integral_only)
    graded = pd.concat(_graded(rng, discs)).assign(origin="human")
    folds = graded[graded["split"] != "holdout"].assign(split="folds")
    trained = pd.DataFrame(_scores(pd.concat([graded, folds])))
    scores = pd.concat([trained, trained.assign(seed=-1), pd.DataFrame(_rater_scores())])
    tables = {
        "discs": (discs, DISCS),
        "splits": (_splits(discs), SPLITS),
        "graded": (graded, GRADED),
        "scores": (scores, SCORES),
        "intervals": (_intervals(scores), INTERVALS),
        "shown": (_narrower(_intervals(scores)), INTERVALS),
        "posteriors": (_posteriors(_intervals(scores)), POSTERIORS),
    }
    paths = {}
    for name, (table, schema) in tables.items():
        paths[name] = folder / f"{'shown_intervals' if name == 'shown' else name}.parquet"
        records.write(pa.Table.from_pandas(table, schema=schema, preserve_index=False), schema, paths[name])
    paths["no_intervals"] = rewrite(folder / "no_intervals.parquet", tables["intervals"][0][:0], INTERVALS)
    samples = _samples(rng, discs, folder)
    histories = {name: _history(rng, noise, folder / f"{name}.parquet") for name, noise in VARIANTS.items()}
    return SimpleNamespace(
        **paths, samples=samples, histories=histories, tables={name: table for name, (table, _) in tables.items()}
    )


def _narrower(intervals: pd.DataFrame) -> pd.DataFrame:
    """Return the intervals of a lower probability."""
    bounds = {side: intervals["mean"] + (intervals[side] - intervals["mean"]) * 0.6 for side in ("lower", "upper")}
    return intervals.assign(probability=0.95, **bounds)


def _posteriors(intervals: pd.DataFrame) -> pd.DataFrame:
    """Return a normal density around each score that the forest draws."""
    rows = intervals[intervals["metric"].isin(["kappa_linear", "mae"]) & (intervals["seed"] == -1)]
    rows = rows[rows["lower"] < rows["upper"]]
    around = np.linspace(-2, 2, 41)
    half = (rows["upper"] - rows["lower"]) / 2
    spread = [list(mean + around * one) for mean, one in zip(rows["mean"], half, strict=True)]
    return rows.assign(scores=spread, density=[list(np.exp(-(around**2)))] * len(rows))[POSTERIORS.names]


def rewrite(path: Path, table: pd.DataFrame, schema: pa.Schema) -> Path:
    """Write another version of a table."""
    records.write(pa.Table.from_pandas(table, schema=schema, preserve_index=False), schema, path)
    return path


def _discs(rng: np.random.Generator, patients: int, integral_only: bool) -> pd.DataFrame:
    rows = []
    for number in range(patients):
        supplemental = number % 5 == 4
        mean = rng.choice([1.6, 4.3]) if supplemental else rng.normal(3.0, 0.55)
        for index, level in enumerate(LEVELS):
            grade = float(
                nearest(rng.normal(mean + 0.12 * (index - 2), 0.5), INTEGRAL if integral_only else FRACTIONAL)
            )
            changes = {"cohort": "supplemental" if supplemental else "primary", "shard": f"{number % 2:02d}"}
            rows.append(disc_row(number, f"P{number:04d}-{index}", level, grade, **changes, **PERSON))
    return pd.DataFrame(rows)


def _splits(discs: pd.DataFrame) -> pd.DataFrame:
    patients = discs["patient"].unique()
    shares = [32, 16, 8, 8, 4, 4, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2] + [1] * 16
    return pd.DataFrame(
        {
            "split": "holdout",
            "patient": patients,
            "part": ["test" if index % 5 < 2 else "train" for index in range(len(patients))],
            "share": [shares[index % 32] for index in range(len(patients))],
        }
    )


def _runs() -> dict[Run, float]:
    runs = {Run(variant, RESOLUTION, 1, "holdout", 1): noise for variant, noise in VARIANTS.items()}
    runs |= {Run("default", RESOLUTION, 1, f"fold-{fold:02d}", 1): 0.24 for fold in range(1, 6)}
    runs |= {Run("default", RESOLUTION, share, "holdout", 1): 0.22 * share**0.33 for share in (2, 4, 8, 16, 32)}
    return runs | {Run("default", px, 1, "holdout", 1): noise for px, noise in ((24, 0.3), (32, 0.24), (64, 0.215))}


def _graded(rng: np.random.Generator, discs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    patient = discs["patient"].str[1:].astype(int)
    for run, noise in _runs().items():
        chosen = discs[patient % 5 < 2] if run.split == "holdout" else discs[patient % 5 == int(run.split[-1]) - 1]
        reference = chosen["grade"].to_numpy()
        error = np.where(
            rng.random(len(chosen)) < 0.03, rng.normal(0, 1.6, len(chosen)), rng.normal(0, noise, len(chosen))
        )
        whole = run.variant == "integral" or bool((discs["grade"] == discs["integral"]).all())
        predicted = nearest(reference + error, INTEGRAL if whole else FRACTIONAL)
        scale = (
            "integral" if run.variant == "integral" else "continuous" if run.variant in ("mse", "mae") else "fractional"
        )
        for copy in (1, 2, 3, 4) if run.variant == "paper_protocol" else (0,):
            yield pd.DataFrame(run.wildcards, index=range(len(chosen))).assign(
                disc=chosen["disc"].to_numpy(),
                copy=copy,
                part="test",
                scale=scale,
                reference=reference,
                predicted=predicted,
            )


def _scores(graded: pd.DataFrame) -> Iterator[dict[str, object]]:
    for keys, run in graded.groupby(["variant", "resolution", "share", "split", "seed"]):
        truth, guess = integral(run["reference"]).astype(int), integral(run["predicted"]).astype(int)
        values = {
            "kappa_linear": cohen_kappa_score(truth, guess, labels=range(1, 6), weights="linear"),
            "accuracy": accuracy_score(truth, guess),
            "mcc": matthews_corrcoef(truth, guess),
            "f1": f1_score(truth, guess, labels=range(1, 6), average="macro", zero_division=0),
            "mae": (run["reference"] - run["predicted"]).abs().mean(),
        }
        per_grade = f1_score(truth, guess, labels=range(1, 6), average=None, zero_division=0)
        base = dict(zip(("variant", "resolution", "share", "split", "seed"), keys, strict=True))
        base |= {"scope": "all", "group": "", "n": len(run), "reason": None}
        for metric, value in values.items():
            yield base | {"grade": None, "metric": metric, "value": value}
        for grade, value in enumerate(per_grade, 1):
            yield base | {"grade": float(grade), "metric": "f1", "value": value}


def _rater_scores() -> Iterator[dict[str, object]]:
    for variant, kappa, mae, n in (("intra_rater", 0.87, 0.14, 120), ("inter_rater", 0.58, 0.35, 96)):
        base = {
            "variant": variant,
            "resolution": 0,
            "share": 1,
            "split": "readings",
            "seed": -1,
            "n": n,
            "reason": None,
        }
        for metric, value in (("kappa_linear", kappa), ("mae", mae)):
            yield base | {"scope": "all", "group": "", "grade": None, "metric": metric, "value": value}


def _intervals(scores: pd.DataFrame) -> pd.DataFrame:
    half = np.where(scores["metric"] == "mae", 0.05, 0.06 + 0.1 * scores["grade"].isin([1.0, 5.0]))
    return scores.drop(columns=["value", "n", "reason"]).assign(
        mean=scores["value"],
        lower=scores["value"] - half,
        upper=(scores["value"] + 0.8 * half).clip(upper=1),
        probability=0.9973,
        unit="patient",
        units=62,
        draws=40000,
        bootstrap_seed=1,
    )


def _samples(rng: np.random.Generator, discs: pd.DataFrame, folder: Path) -> list[Path]:
    """Write pictures of a bright disc between two vertebrae, darker and flatter with its grade."""
    y, x = np.mgrid[-1 : 1 : RESOLUTION * 1j, -1 : 1 : RESOLUTION * 1j]
    paths = []
    for shard, part in discs.groupby("shard"):
        rows = []
        for disc, grade in zip(part["disc"], part["grade"], strict=True):
            height = 0.35 - 0.05 * grade
            vertebra = 0.35 * (np.abs(y) > height + 0.05) * (x < 0.55)
            nucleus = (1.15 - 0.2 * grade) * np.exp(-(((x / 0.45) ** 2 + (y / height) ** 2) ** 2))
            canal = 0.9 * (np.abs(x - 0.75) < 0.12)
            picture = np.clip(vertebra + nucleus + canal + rng.normal(0, 0.04, x.shape), 0, 1.3) / 1.3
            pixels = (65535 * picture).astype("<u2").tobytes()
            rows += [sample_row(disc, copy, pixels, scale=0.02) for copy in (0, 1)]
        paths.append(folder / "samples" / f"{shard}.parquet")
        records.write(rows, sample_schema(RESOLUTION), paths[-1])
    return paths


def _history(rng: np.random.Generator, noise: float, path: Path) -> Path:
    epochs = np.arange(1, 13)
    loss = 0.4 + 2.2 * np.exp(-epochs / 3) + noise
    val_loss = loss + 0.1 + 0.02 * epochs + rng.normal(0, 0.06, len(epochs))
    val_accuracy = 0.85 - noise - 0.6 * np.exp(-epochs / 3) + rng.normal(0, 0.015, len(epochs))
    table = pa.table(
        {
            "epoch": pa.array(epochs, pa.int32()),
            "learning_rate": np.where(epochs > 9, 0.001, 0.01),
            "loss": loss,
            "accuracy": 0.9 - noise - 0.7 * np.exp(-epochs / 3),
            "val_loss": val_loss,
            "val_accuracy": val_accuracy,
            "best": val_accuracy == np.maximum.accumulate(val_accuracy),
        }
    )
    records.write(table, HISTORY, path)
    return path
