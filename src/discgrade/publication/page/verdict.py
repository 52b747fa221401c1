"""Is it good enough, and for what: sentences whose thresholds are published."""

from dataclasses import dataclass
from math import isnan
from typing import Any

from discgrade.publication.keys import Key
from discgrade.publication.page.baseline import baseline_of
from discgrade.publication.page.findings import Findings
from discgrade.publication.tables.rows.scores import Study, interval_text, number, reader
from discgrade.publication.wording import percent
from discgrade.settings.run import Run

LANDIS_KOCH = ((0.20, "slight"), (0.40, "fair"), (0.60, "moderate"), (0.80, "substantial"))
"""Last kappa, to two digits, of each word of Landis and Koch 1977; below 0 it is poor, beyond these almost perfect."""
MCBRIDE = ((0.90, "poor"), (0.95, "moderate"), (0.99, "substantial"))
"""First Lin's CCC that is too high for each word of McBride 2005 for continuous values; beyond these almost perfect."""
_BEST = "almost perfect"
_FAIR = LANDIS_KOCH[1][0]
_SIMULATED = (
    "For patients nothing follows: images and readings are simulated. It shows that the pipeline runs and is scored."
)

PUBLISHED = {"kappa_unweighted": (0.69, 0.81, "pfirrmann2001"), "kappa_linear": (0.585, 0.585, "niemeyer2021")}
"""Lowest and highest kappa between two readers that a work printed for this grading, by its weights."""


@dataclass(frozen=True)
class Verdict:
    """Whether the model is good enough, and for what.

    Attributes:
        answer: The answer in one sentence.
        reasons: The sentences that it stands on.
    """

    answer: str
    reasons: tuple[str, ...]


def landis_koch(kappa: float) -> str:
    """Return the word of Landis and Koch for a kappa."""
    if kappa < 0:
        return "poor"
    return next((word for last, word in LANDIS_KOCH if round(kappa, 2) <= last), _BEST)


def mcbride(ccc: float) -> str:
    """Return the word of McBride for a concordance correlation coefficient."""
    return next((word for end, word in MCBRIDE if ccc < end), _BEST)


def verdict(found: Findings) -> Verdict:
    """Return whether the model that the study ends in is good enough, and for what.

    Its bounds are those of the interval that the summary shows; what is compared with the paper has the wider one.
    """
    run = found.main
    reasons = [
        *_landis_koch(found, run),
        *_mcbride(found, run),
        *_readers(found, run),
        *_own_readers(found, run),
    ]
    return Verdict(_answer(found, run), tuple(reasons))


def _scored(study: Study, run: Run, metric: str) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
    """Return a score and its interval; None if it is undefined."""
    key = Key(run, metric)
    row, interval = study.scores.get(key), study.intervals.get(key)
    if row is None or isnan(row["value"]):
        return None
    return dict(row), dict(interval) if interval and interval_text(interval) else None


def _shown(row: dict[str, Any], interval: dict[str, Any] | None) -> str:
    level = f"; {percent(interval['probability'])} interval" if interval else ""
    return number(row["value"]) + (f" ({interval_text(interval)}{level})" if interval else "")


def _landis_koch(found: Findings, run: Run) -> list[str]:
    scored = _scored(found.shown, run, "kappa_unweighted")
    if scored is None:
        return []
    row, interval = scored
    word = landis_koch(row["value"])
    bounds = [landis_koch(interval[bound]) for bound in ("lower", "upper")] if interval else []
    spread = f", from {bounds[0]} to {bounds[1]} over its interval" if bounds and bounds[0] != bounds[1] else ""
    return [
        f"Unweighted κ {_shown(row, interval)} is called {word}{spread} [@landis1977]; "
        "the words were coined for any classification, not for what a patient needs."
    ]


def _mcbride(found: Findings, run: Run) -> list[str]:
    scored = _scored(found.shown, run, "lin_ccc")
    if scored is None:
        return []
    row, interval = scored
    return [f"Lin's CCC {_shown(row, interval)} is {mcbride(row['value'])} by McBride [@mcbride2005]."]


def _readers(found: Findings, run: Run) -> list[str]:
    """Compare with what two readers reached in print, with the same weights of kappa."""
    texts = []
    for metric, (lowest, highest, key) in PUBLISHED.items():
        scored = _scored(found.study if key == "niemeyer2021" else found.shown, run, metric)
        if scored is not None:
            row, interval = scored
            how = _standing(row["value"], interval, lowest, highest)
            reached = f"{number(lowest)} to {number(highest)}" if highest > lowest else number(lowest)
            name = "Linear" if metric == "kappa_linear" else "Unweighted"
            texts.append(
                f"{name} κ {_shown(row, interval)} {how} the {reached} that two readers reached in print [@{key}], "
                "on other discs."
            )
    return texts


def _standing(value: float, interval: dict[str, Any] | None, lowest: float, highest: float) -> str:
    """Say where a kappa stands to a published range, as far as its interval lets anybody say it."""
    lower, upper = (interval["lower"], interval["upper"]) if interval else (value, value)
    if lower > highest:
        return "lies above"
    if value >= lowest:
        return "reaches"
    return "is lower, but its interval reaches" if upper >= lowest else "stays below"


def _own_readers(found: Findings, run: Run) -> list[str]:
    model, readers = (_scored(found.shown, one, "kappa_linear") for one in (run, reader("inter_rater")))
    if model is None:
        return []
    if readers is None:
        return ["How well people agree on these discs is unknown: there is no second rater."]
    return [
        f"This study's own raters agree at a linear κ of {_shown(*readers)}; the model agrees with its reference at "
        f"{_shown(*model)}, partly on other discs."
    ]


def _answer(found: Findings, run: Run) -> str:
    """Return the answer; the words of each follow the published kappa and the lower bound."""
    if found.context.source == "phantom":
        return _SIMULATED
    scored = _scored(found.shown, run, "kappa_unweighted")
    if scored is None:
        return "Nobody can say: κ is undefined on these discs."
    if not _beats_baseline(found, run):
        return "Not good enough for any use: it is not shown to be better than naming the commonest grade."
    row, interval = scored
    if interval is None:
        return "Nobody can say: there is no interval, so the score may be chance."
    return _use(row["value"], interval["lower"])


def _use(value: float, lower: float) -> str:
    """Return what a model is good for that is better than the baseline, from its unweighted kappa and lower bound."""
    lowest = PUBLISHED["kappa_unweighted"][0]
    if lower >= lowest:
        return (
            "Good enough to stand next to a reader in studies of groups of patients like these: even the lower bound "
            f"reaches the κ of {number(lowest)} that two readers reached in print [@pfirrmann2001]. Not shown for "
            "decisions on one patient."
        )
    if value >= lowest:
        return (
            "Perhaps as good as a second reader in studies of groups [@pfirrmann2001], but the interval does not "
            "exclude less; good enough to propose grades that a reader checks, not to replace a reading."
        )
    if lower > _FAIR:
        return (
            "Good enough to propose grades that a reader checks, one by one; it agrees less than two readers did in "
            "print [@pfirrmann2001], and must not replace a reading."
        )
    return (
        "Good enough to try the method out; not to propose grades, since agreement may be no more than fair "
        "[@landis1977]."
    )


def _beats_baseline(found: Findings, run: Run) -> bool:
    baseline = baseline_of(found, run.split)
    floors = {"kappa_linear": 0.0, "accuracy": baseline.accuracy if baseline else 0.0}
    if baseline and baseline.kappa > 0:
        floors["kappa_linear"] = baseline.kappa
    for metric, floor in floors.items():
        scored = _scored(found.shown, run, metric)
        if scored is None or (scored[1] or {"lower": scored[0]["value"]})["lower"] <= floor:
            return False
    return True
