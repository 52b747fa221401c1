"""The first screen of the report: whose discs, how well, where it fails, what is flagged, and good enough for what."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from discgrade.publication import wording
from discgrade.publication.keys import Key
from discgrade.publication.page.agreement import Bar, bars
from discgrade.publication.page.cautions import Caution, warnings
from discgrade.publication.page.findings import Findings
from discgrade.publication.page.verdict import Verdict, verdict
from discgrade.publication.page.weakest import Kind, kinds, part_words
from discgrade.publication.render.table import absences
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER, NOISE_CEILING
from discgrade.publication.tables.rows.scores import number
from discgrade.settings.model import Intervals
from discgrade.settings.run import HOLDOUT


@dataclass(frozen=True)
class Summary:
    """What the first screen says.

    Attributes:
        lead: Whose discs, how many, read by whom.
        bars: How well model and raters agree.
        absent: Which of these are not known, and why.
        interval: What brackets and bars are.
        part: On which discs groups were scored.
        kinds: Scores by group.
        flagged: What was flagged.
        verdict: Good enough for what.
        warnings: What must be known before a score is quoted.
    """

    lead: tuple[str, ...]
    bars: tuple[Bar, ...]
    absent: tuple[str, ...]
    interval: str
    part: str
    kinds: tuple[Kind, ...]
    flagged: tuple[str, ...]
    verdict: Verdict
    warnings: tuple[Caution, ...]


def summarise(found: Findings) -> Summary:
    """Return the first screen of a study."""
    told = found.told.intervals
    weighed = wording.WEIGHED[found.context.unit]
    lines = {wording.PAIRS[line.row]: line for line in (INTRA_RATER, INTER_RATER, NOISE_CEILING)}
    missing = [(name, line.absent) for name, line in lines.items() if line.samples(found.study) is None]
    return Summary(
        lead=tuple(_lead(found)),
        bars=tuple(bars(found)),
        absent=absences(missing),
        interval=_intervals(told, weighed, found.context.compare),
        part=part_words(found),
        kinds=tuple(kinds(found)),
        flagged=tuple(_flagged(found)),
        verdict=verdict(found),
        warnings=tuple(warnings(found)),
    )


def _intervals(drawn: Intervals, weighed: str, compare: bool) -> str:
    """Say what brackets and bars are: the interval that `intervals.show` names, and the wider one of the tables."""
    if drawn.inner is None:
        return f"Brackets and bars: {wording.interval_words(drawn.probability, weighed, drawn.draws, drawn.seed)}"
    words = wording.interval_words(drawn.inner, weighed, drawn.draws, drawn.seed)
    published = ", for the comparison with the paper" if compare else ""
    return f"Brackets and thick bars: {words}; thin: {wording.percent(drawn.probability)}, as in tables{published}"


def _lead(found: Findings) -> Iterator[str]:
    """Yield whose discs these are, how many, and who read them."""
    patients, discs = found.discs["patient"].nunique(), len(found.discs)
    whose = wording.SOURCES[found.context.source]
    dataset = found.told.provenance.dataset
    named = f" {dataset.name}." if dataset else ""
    yield f"{_count(discs, 'disc')} of {_count(patients, 'patient')}: {whose}.{named}"
    readings = [
        f"{rater} ({', then '.join(f'{count:,}' for count in counts.values())} discs)"
        for rater, counts in found.flow.raters.items()
    ]
    yield f"Read by {' and '.join(readings)}; the reference is {found.flow.reference}."
    tested = found.tested(HOLDOUT)
    split = f"{_count(len(tested), 'disc')} of {_count(tested['patient'].nunique(), 'patient')}"
    yield f"Held out for testing: {split}; no patient is on both sides of a split."


def _flagged(found: Findings) -> Iterator[str]:
    """Yield regions that look wrong, errors of more than a grade, and grades that are not sure."""
    kept = "left out" if found.told.exclude_flagged else "kept, trained on and scored"
    if found.flagged:
        look, they = ("looks", "it is") if found.flagged == 1 else ("look", "they are")
        yield f"{_count(found.flagged, 'region')} {look} wrong to the outlier check; {they} {kept}."
    else:
        yield "The outlier check flagged no region."
    within = found.study.scores.get(Key(found.main, "within_one"))
    if within is not None and not isnan(within["value"]):
        over = round((1 - within["value"]) * within["n"])
        where = "hold-out test set" if found.main.split == HOLDOUT else "out of fold"
        yield f"{over:,} of {within['n']:,} scored samples are more than one grade off ({where})."
    coverage, single = (found.certainty.get((None, metric)) for metric in ("coverage", "singletons"))
    if coverage is not None and single is not None:
        yield (
            f"For {number(100 * (1 - single['value']), 0)} % of discs the model does not settle on one grade; its sets "
            f"of grades hold the reference grade for {number(100 * coverage['value'], 1)} % "
            f"({100 * found.told.certainty.coverage:g} % were asked for)."
        )
    else:
        yield "How sure a single grade is was not learned: that needs networks of several folds."


def _count(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'s' * (count != 1)}"
