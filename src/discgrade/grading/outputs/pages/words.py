"""What pages and PDF say, in plain words; nothing here is HTML."""

import unicodedata
from collections.abc import Sequence
from datetime import date

from discgrade.grading.bundle.facts import METRICS, BundleFacts, ScoreFact, by_how
from discgrade.grading.discs import GradedDisc, GradedStudy, SeriesChoice
from discgrade.settings.model import Decoding

NOTICE = "For research only. Not a medical device: no diagnosis and no treatment may rest on these grades."
SALIENCY = "Orange: what is seen there makes the grade higher; blue: lower. Found by covering it."

_FLAGS = {
    "wide_set": "Several grades are likely",
    "members_disagree": "The networks disagree",
    "cut_off": "Cut off by the edge of the image",
    "box_size": "Region of unusual size",
    "box_shape": "Region of unusual shape",
    "spacing": "Pixels of unusual size",
    "contrast": "Unusual contrast",
    "obliquity": "Slice unusually oblique",
    "manufacturer": "Unknown manufacturer",
    "field_strength": "Unknown field strength",
    "level": "Unknown level",
    "novel": "Unlike the training discs",
    "found": "Found by the locator, which is unsure",
    "slice": "The middle slice is uncertain",
    "mask": "The mask looks implausible",
    "order": "Not where its level says",
}
_ORIGINS = {"drawn": "drawn by a person", "mask": "from a mask", "found": "found by the locator"}
_SHORT_DIGEST = 12
_DECODED: dict[Decoding, str] = {
    "argmax": "",
    "cuts": "found by cuts on the probability of a worse one",
    "median": "the median of the probabilities",
    "mean": "the expected one, rounded",
}
"""How a grade follows from probabilities, where it is not the most probable one."""


def clean(value: object) -> str:
    """Return a text in one line, without characters that control what is around it; each becomes U+FFFD."""
    text = " ".join(str(value).encode("utf-8", "replace").decode("utf-8").split())
    return "".join(one if unicodedata.category(one) not in ("Cc", "Cf", "Cs") else "\ufffd" for one in text)


def day(written: str | None) -> str:
    """Return a date, YYYY-MM-DD, in words; "no date" if there is none, and what is no date as it stands."""
    if written is None:
        return "no date"
    try:
        known = date.fromisoformat(written)
    except ValueError:
        return clean(written)
    return f"{known.day} {known:%B %Y}"


def percent(share: float) -> str:
    """Return a share as a whole percentage; what rounds to 0 or 100 without being it is said to be less or more."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def dashed(study: GradedStudy) -> list[str]:
    """Say what a dashed region is, where there is one."""
    is_found = any(disc.place.region == "found" for disc in study.discs)
    return ["Dashed: found by the locator, not drawn by a person."] if is_found else []


def grades_of(numbers: Sequence[int]) -> str:
    """Return a prediction set in words, "2 or 3"; a dash for none."""
    words = [str(number) for number in numbers]
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]])) or "–"


def flag_title(kind: str) -> str:
    """Return a kind of flag in words."""
    return _FLAGS.get(kind, clean(kind.replace("_", " ").capitalize()))


def origin(disc: GradedDisc) -> str:
    """Return where a region comes from."""
    return _ORIGINS[disc.place.region]


def numbers_of(disc: GradedDisc) -> list[tuple[str, str]]:
    """Return what else is known of a disc, by name."""
    members = ", ".join(f"{one:.1f}" for one in disc.members)
    return [
        ("Expected grade", f"{disc.continuous:.2f}"),
        *([("Fractional grade", f"{disc.fractional:g}")] if disc.fractional is not None else []),
        *([("Of each network", members)] if len(disc.members) > 1 else []),
        ("Region", origin(disc)),
    ]


def coverage(facts: BundleFacts) -> str:
    """Return what a prediction set promises, and how the grade follows from probabilities that may favour another."""
    if facts.calibration is None:
        promise = (
            "This bundle is not calibrated: it gives no prediction sets, and its probabilities are the networks' own."
        )
    else:
        promise = (
            f"The set holds the grade that a rater would give in {percent(facts.calibration.coverage)} of discs of "
            "each grade, if these are discs like those that the bundle learned from."
        )
    found = "" if facts.scale == "continuous" else _DECODED[facts.decoding]
    return f"{promise} The grade is {found}, so it may be another than the most probable one." if found else promise


def identity(study: GradedStudy) -> str:
    """Return whether the scans name a person."""
    if study.identified:
        return "These scans may name the patient: keep this page as you keep them."
    return "The scans say that identity was removed; the ID is a pseudonym."


def series(choice: SeriesChoice) -> str:
    """Return what a series is called."""
    number = "without a number" if choice.number is None else str(choice.number)
    return f"{number} {clean(choice.description)}".strip()


def why(choice: SeriesChoice) -> str:
    """Return why a series was read or not, and which of its slices."""
    return "; ".join(filter(None, (choice.reason, choice.slice)))


def about(facts: BundleFacts, digest: str) -> list[tuple[str, str]]:
    """Return what graded a study, by name; what is not known is left out."""
    training = facts.training
    known = [
        ("Bundle", f"{facts.name}, {digest[:_SHORT_DIGEST]}, of {facts.created}"),
        ("Made by", f"discgrade {facts.discgrade}"),
        ("Networks", str(len(facts.members) or "")),
        ("Learned from", f"{training.discs} discs of {training.patients} patients, {training.readers} rater(s)"),
        *(("Scores", _scores(how, scores)) for how, scores in by_how(facts.scores).items()),
        ("Scans", facts.dataset.name if facts.dataset else ""),
        ("Ethics", facts.ethics or ""),
        ("Citation", facts.citation or ""),
        ("Licence", facts.licence or "all rights reserved"),
    ]
    return [(name, clean(value)) for name, value in known if value]


def _scores(how: str, scores: Sequence[ScoreFact]) -> str:
    first = scores[0]
    told = (f"{METRICS.get(one.metric, one.metric)} {_span(one)}" for one in scores)
    return f"{'; '.join(told)}. Intervals hold with {100 * first.probability:.4g} %; {first.n} discs, {how}"


def _span(score: ScoreFact) -> str:
    """Return a score with its interval; a minus is no hyphen."""
    return f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f})".replace("-", "\N{MINUS SIGN}")
