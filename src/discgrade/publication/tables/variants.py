"""The rows of the variants: on the fixed split, as in the paper, or over all folds if every variant ran there."""

from collections.abc import Iterator

from discgrade.publication.published import published
from discgrade.publication.tables.captions import Context, cross_validation, protocol_words, split_heading, split_words
from discgrade.publication.tables.lines import Line
from discgrade.publication.tables.scores import Key, Study, over_seeds
from discgrade.publication.wording import variant_name
from discgrade.settings.grid import HOLDOUT


def shown_split(study: Study, context: Context) -> str:
    """Return the split whose scores stand for the variants."""
    folds = cross_validation(context)
    runs = [over_seeds(context["default"], variant=variant, split=folds) for variant in context["variants"]]
    return folds if all(Key(run, "accuracy") in study.scores for run in runs) else HOLDOUT


def variant_lines(study: Study, context: Context) -> list[Line]:
    """Return a row for each variant, the default one first; also for the paper's that this study did not train."""
    split, default = shown_split(study, context), context["default"]["variant"]
    printed = [row["row"] for row in published("table2") if row["section"] == "model"]
    names = [default, *context["variants"], *printed]
    return [
        Line(
            row=variant,
            label=variant_name(variant),
            run=over_seeds(context["default"], variant=variant, split=split),
            absent=f"Not trained in this study ({split_words(context, split)}).",
            notes=_protocol_note(context, variant),
        )
        for variant in dict.fromkeys(names)
    ]


def default_lines(study: Study, context: Context) -> Iterator[Line]:
    """Yield what else is known of the default variant: the other way to split, and the external cohort."""
    variant = context["default"]["variant"]
    for split in (HOLDOUT, cross_validation(context)):
        if split != shown_split(study, context):
            run = over_seeds(context["default"], split=split)
            yield Line(f"{variant}/{split}", split_heading(context, split), run)
    yield Line(f"{variant}/external", "External cohort", over_seeds(context["default"]), "cohort", "external")


def has_default_protocol(context: Context, variant: str) -> bool:
    """Return whether a variant is scored, and its checkpoint chosen, as the default one's are."""
    default = context["default"]["variant"]
    return variant not in context["variants"] or protocol_words(context, variant) == protocol_words(context, default)


def _protocol_note(context: Context, variant: str) -> tuple[str, ...]:
    if has_default_protocol(context, variant):
        return ()
    return (f"By another protocol, so never bold: {protocol_words(context, variant)}.",)
