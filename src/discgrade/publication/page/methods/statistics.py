"""What the methods say of statistics."""

from collections.abc import Iterator
from math import isnan

from discgrade.publication import wording
from discgrade.publication.agreement_values import FACTORS
from discgrade.publication.page.findings import Findings
from discgrade.publication.page.methods.models import quoted
from discgrade.publication.page.shown_settings import NUMBER

_DECODED = {
    "argmax": "the likeliest grade",
    "median": "the median of the predicted distribution",
    "mean": "its mean, rounded",
    "cuts": "found by cuts on the probability of a grade above each, learned in other folds",
    NUMBER: "the predicted number, rounded to the nearest of the 13 grades",
}


def statistics(found: Findings) -> Iterator[str]:
    """Say how outputs become grades, and how these are compared."""
    told = found.told
    yield f"{wording.protocol_words(told.default.protocol).capitalize()}; a grade is {_decoded(found)}."
    yield "Agreement is Cohen's κ with linear weights [@cohen1968], accuracy, the multi-class correlation (MCC)"
    yield "[@gorodkin2004], Lin's concordance correlation [@lin1989], mean absolute error and Pearson's r."
    weighed = wording.WEIGHED[found.context.unit]
    drawn = wording.interval_words(told.intervals.probability, weighed, told.intervals.draws, told.intervals.seed)
    yield f"Intervals are {drawn} [@rubin1981]; runs on the same discs share the weights of a draw,"
    yield "so that differences are paired."
    yield from _groups(found)
    if found.certainty:
        yield "Each disc also gets a set of grades that should hold its reference grade with a probability of"
        yield f"{told.certainty.coverage:g}, for each grade, learned on other patients [@sadinle2019]."


def _groups(found: Findings) -> Iterator[str]:
    """Say what is told of groups of discs, and which groups were compared by a test."""
    yield "Of groups of discs, κ with quadratic weights and without and Gwet's AC2 [@gwet2008] are given as well; of"
    yield "errors, their bias and limits of agreement [@bland1986]."
    tests = {scope: found.agreed.test(scope) for scope in FACTORS if scope == "level" or found.told.headers}
    tested = [scope for scope, test in tests.items() if test and not isnan(test["p"]["value"])]
    if tested:
        permuted = ["levels within each patient"] if "level" in tested else []
        permuted += ["patients as a whole"] if set(tested) - {"level"} else []
        kinds = ", ".join(FACTORS[scope].lower() for scope in tested)
        yield f"Whether κ is the same in all groups was tested for {kinds},"
        yield f"by permuting {' and '.join(permuted)}; P is adjusted for the number of tests [@holm1979]."


def _decoded(found: Findings) -> str:
    """Say how outputs become grades: of the default variant, then of those for which it is done otherwise."""
    names: dict[str, list[str]] = {}
    for name in dict.fromkeys([found.context.default.variant, *found.context.variants]):
        names.setdefault(found.told.decodings[name], []).append(found.told.labels[name])
    first, *others = names
    return " or, ".join([_DECODED[first], *(f"of {quoted(names[one])}, {_DECODED[one]}" for one in others)])
