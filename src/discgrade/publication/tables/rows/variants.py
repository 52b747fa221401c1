"""The rows of the variants: on the hold-out test set, as in the paper, or over all folds if all variants ran there."""

from collections.abc import Iterator

from discgrade.publication import wording
from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key
from discgrade.publication.published import published
from discgrade.publication.tables.rows.captions import cross_validation
from discgrade.publication.tables.rows.lines import Line
from discgrade.publication.tables.rows.scores import Study, over_seeds
from discgrade.settings.run import HOLDOUT


def shown_split(study: Study, context: ComparedContext) -> str:
    """Return the split whose scores stand for the variants."""
    folds = cross_validation(context)
    runs = [over_seeds(context.default, variant=variant, split=folds) for variant in context.variants]
    return folds if all(Key(run, "accuracy") in study.scores for run in runs) else HOLDOUT


def variant_lines(study: Study, context: ComparedContext) -> list[Line]:
    """Return a row for each variant, the default one first; if compared, also for those of the paper not trained."""
    split, default = shown_split(study, context), context.default.variant
    printed = [row["row"] for row in published("table2") if row["section"] == "model" and context.compare]
    names = [default, *context.variants, *printed]
    return [
        Line(
            row=variant,
            label=wording.variant_name(variant, context.labels),
            run=over_seeds(context.default, variant=variant, split=split),
            absent=f"Not trained in this study ({wording.split_words(split, context.folds)}).",
            notes=(*_protocol_note(context, variant), *_members_note(context, variant)),
        )
        for variant in dict.fromkeys(names)
    ]


def default_lines(study: Study, context: ComparedContext) -> Iterator[Line]:
    """Yield what else is known of the default variant: the other way to split, and the external cohort."""
    variant = context.default.variant
    for split in (HOLDOUT, cross_validation(context)):
        if split != shown_split(study, context):
            run = over_seeds(context.default, split=split)
            yield Line(f"{variant}/{split}", wording.split_heading(split, context.folds), run)
    yield Line(f"{variant}/external", "External cohort", over_seeds(context.default), "cohort", "external")


def has_default_protocol(context: ComparedContext, variant: str) -> bool:
    """Return whether a variant is scored, and its checkpoint chosen, as the default one's are."""
    default = context.variants[context.default.variant]
    return variant not in context.variants or context.variants[variant].protocol == default.protocol


def _members_note(context: ComparedContext, variant: str) -> tuple[str, ...]:
    shown = context.variants.get(variant)
    if shown is None or not shown.members:
        return ()
    seeds = f", each from training seeds {', '.join(map(str, context.seeds))}" if len(context.seeds) > 1 else ""
    return (f"Mean of the outputs of: {', '.join(shown.members)}{seeds}. Not trained itself.",)


def _protocol_note(context: ComparedContext, variant: str) -> tuple[str, ...]:
    if has_default_protocol(context, variant):
        return ()
    return (f"By another protocol, so never bold: {wording.protocol_words(context.variants[variant].protocol)}.",)
