"""A text for the methods section: what was done, by the items of GRRAS (doi 10.1016/j.jclinepi.2010.03.002).

Every number is counted from the readings database; what it cannot know is left for the author, in brackets.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median, quantiles

from discgrade.grades import grades_of
from discgrade.rating.export import Read
from discgrade.rating.ledger.actions import REASONS
from discgrade.rating.ledger.reading import graded_discs
from discgrade.rating.ledger.work import blind
from discgrade.settings.groups.rating import Rating


def text(found: Sequence[Read], settings: Rating, studies: int) -> str:
    """Return the text as Markdown.

    Args:
        found: Every piece of work that was begun (`export.readings`).
        settings: The plan.
        studies: Number of studies in the folder.
    """
    items = [
        ("2", "Instrument", _instrument(found, settings)),
        ("3", "Subjects", f"{studies} lumbar MRI studies. [Say who they were and how they were chosen.]"),
        ("4", "Raters", f"{_count(_raters(found), 'rater')}. [Say their training and experience.]"),
        ("6, 7", "Sample", _sample(settings)),
        ("8", "Rating process", " ".join(_process(found, settings))),
        ("9", "Independence", _independence(found)),
        ("10", "Statistics", "[Taken from the study's report: kappa with its interval, and by which bootstrap.]"),
        ("11", "Numbers", " ".join(_numbers(found))),
    ]
    lines = [f"**{name}** (GRRAS {number}). {said}" for number, name, said in items]
    return "\n\n".join(["# Methods: how the discs were read", *lines]) + "\n"


def _instrument(found: Sequence[Read], settings: Rating) -> str:
    grades = grades_of(settings.scale)
    versions = ", ".join(sorted({read.version for read in found})) or "unknown"
    names = {"fractional": "a fractional Pfirrmann scale", "integral": "the Pfirrmann scale"}
    return (
        f"Each disc was graded on {names[settings.scale]} of {len(grades)} grades ({grades[0]:g} to {grades[-1]:g}) in "
        f"discgrade (version {versions}): the rater chose the slice of the sagittal T2-weighted series, drew a box "
        "around the disc, parts of both vertebrae and the canal, or moved a proposed one there, and gave the grade. "
        "Pictures had their full 16-bit range; window, zoom and slice were free. A strip of drawn examples of the five "
        "grades was next to the picture."
    )


def _raters(found: Sequence[Read]) -> set[str]:
    return {read.rater for read in found}


def _sample(settings: Rating) -> str:
    return (
        f"The main rater was to read all studies, {settings.reread:.0%} of them again, drawn at random (seed "
        f"{settings.seed}); each other rater was to read {settings.second_rater:.0%}, drawn apart from those. Levels: "
        f"{', '.join(settings.levels)}. [Say how the sample size was chosen.]"
    )


def _process(found: Sequence[Read], settings: Rating) -> Iterator[str]:
    yield (
        "Studies came in a random order of each rater's own, without name, age, date, report, earlier grade or grade "
        "of a model."
    )
    days = sorted(_intervals(found))
    if days:
        yield (
            f"{_count(days, 'study', 'studies')} were read a second time, mixed among other work and not marked, "
            f"{median(days):.0f} days after the first reading (median; {days[0]:.0f} to {days[-1]:.0f}), by a rule of "
            f"at least {settings.days:g} days."
        )
    seconds = sorted(disc.seconds for read in found if read.work.blind for disc in graded_discs(read.reading))
    if len(seconds) > 1:
        lower, _, upper = quantiles(seconds, n=4)
        yield f"A disc took {median(seconds):.0f} s (median; quartiles {lower:.0f} and {upper:.0f} s)."
    if any("+locator" in read.version for read in found):
        yield (
            "A locator, a network that knows no grades, chose the slice that was shown first and proposed the boxes; "
            "the rater took, moved or replaced them."
        )
    if any("+clock" in read.version for read in found):
        yield "[The server's clock was set by hand at some time: dates and intervals are not real.]"


def _intervals(found: Sequence[Read]) -> Iterator[float]:
    """Yield the days from the end of a first reading to that of the second one."""
    ended = {(read.rater, read.work): datetime.fromisoformat(read.reading.changed_at) for read in _finished(found)}
    for (rater, work), second in ended.items():
        first = ended.get((rater, blind(work.study, 1)))
        if work.blind and work.reading == 2 and first is not None:
            yield (second - first).total_seconds() / 86400


def _finished(found: Sequence[Read]) -> list[Read]:
    return [read for read in found if read.reading.done and read.work.blind]


def _independence(found: Sequence[Read]) -> str:
    modes: Counter[str] = Counter(read.work.mode for read in found for _ in graded_discs(read.reading))
    said = ["No rater saw another rater's grades, nor earlier ones, before the own blind readings of that study ended."]
    for mode, words in (("adjudication", "on which raters had differed"), ("review", "on which a model was in doubt")):
        if modes[mode]:
            discs = _count(range(modes[mode]), "disc")
            said.append(f"{discs} {words} were graded again with those grades in view; they are marked as reviewed.")
    return " ".join(said)


def _numbers(found: Sequence[Read]) -> Iterator[str]:
    for number, words in ((1, "first"), (2, "second")):
        for rater, some in _by_rater(read for read in found if read.work.blind and read.work.reading == number).items():
            discs = sum(len(graded_discs(read.reading)) for read in some)
            counted = f"{_count(range(discs), 'disc')} of {_count(some, 'study', 'studies')}"
            yield f"{rater}: {counted} in the {words} reading."
    reasons = Counter(disc.refusal.reason for read in found for disc in read.reading.discs if disc.refusal is not None)
    if reasons:
        listed = "; ".join(f"{REASONS[reason].lower()}: {count}" for reason, count in reasons.most_common())
        yield f"Not graded: {listed}."
    aside = sum(read.reading.aside is not None for read in found)
    if aside:
        yield f"Set aside as a whole: {_count(range(aside), 'study', 'studies')}."


def _by_rater(found: Iterator[Read]) -> Mapping[str, list[Read]]:
    result: dict[str, list[Read]] = {}
    for read in found:
        result.setdefault(read.rater, []).append(read)
    return result


def _count(some: Sequence[object] | set[str], one: str, many: str = "") -> str:
    number = len(some)
    return f"{number} {one if number == 1 else many or one + 's'}"
