"""The rows of human raters, the noise ceiling, and the model on the discs that were read twice."""

from collections.abc import Iterator
from math import isnan

from discgrade.publication.context import Context
from discgrade.publication.keys import Key
from discgrade.publication.tables.rows.lines import Line
from discgrade.publication.tables.rows.scores import Study, difference_text, over_seeds, reader
from discgrade.settings.run import FOLDS, Run

_CEILING = (
    "What a model that knew each disc's true grade would score against single readings, if a rater's two readings of "
    "a disc err independently and alike; fitted to the intra-rater agreement, for the grades of the study's discs."
)

INTRA_RATER = Line(
    "intra_rater", "This study", reader("intra_rater"), absent="No disc was read twice by the main rater."
)
INTER_RATER = Line("inter_rater", "This study", reader("inter_rater"), absent="There is one rater only.")
NOISE_CEILING = Line(
    "noise_ceiling",
    "This study",
    reader("noise_ceiling"),
    absent="Needs discs that the main rater read twice.",
    notes=(_CEILING,),
)

_DISCS = {"reread": "reread discs", "second_rater": "discs of a second rater"}


def doubly_read_lines(study: Study, context: Context) -> Iterator[Line]:
    """Yield the out-of-fold scores of the default variant against each reading of the doubly read discs.

    Each carries the paired difference to the score of the other reading as its footnote.
    """
    run = over_seeds(context.default, split=FOLDS)
    groups = {(key.scope, key.group) for key in study.scores if key.run == run and key.scope in _DISCS}
    for scope, group in sorted(groups):
        label = f"Against {group}, {_DISCS[scope]}"
        yield Line(f"{run.variant}/{scope}/{group}", label, run, scope, group, notes=_paired(study, run, scope, group))


def _paired(study: Study, run: Run, scope: str, group: str) -> tuple[str, ...]:
    """Return the paired difference of kappa to the other readings of the same discs, as footnotes."""
    key = Key(run, "kappa_linear", scope, group)
    return tuple(
        f"κ minus that of reading {other} on the same discs: {difference_text(row)}."
        for (compared, other), row in study.comparisons.items()
        if compared == key and not isnan(row["difference"])
    )
