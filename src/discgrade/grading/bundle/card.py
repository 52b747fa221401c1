"""The model card of a bundle, from the same facts as bundle.json."""

from collections.abc import Iterator, Mapping, Sequence

from discgrade.grading.bundle.facts import METRICS, BundleFacts, ScoreFact, Span, Training, by_how

_MINUS = "\N{MINUS SIGN}"


def model_card(facts: BundleFacts) -> str:
    """Return the card in Markdown, with the headings of Mitchell et al. 2019 (doi:10.1145/3287560.3287596)."""
    sections = {
        "Model details": _details(facts),
        "Intended use": [facts.intended_use],
        "Factors": _factors(facts),
        "Metrics": _metrics(facts),
        "Evaluation data": _evaluation(facts),
        "Training data": _training(facts.training),
        "Quantitative analyses": _analyses(facts),
        "Ethical considerations": _ethics(facts),
        "Caveats and recommendations": [*(f"- {limit}" for limit in facts.limits), *_uncertainty(facts)],
    }
    body = "".join(f"\n## {title}\n\n" + "\n".join(lines) + "\n" for title, lines in sections.items())
    return f"# Model card: {facts.name}\n{body}"


def _details(facts: BundleFacts) -> Iterator[str]:
    seen = facts.preprocessing
    views = len(seen.views)
    more = f", whose outputs are averaged over {views} views of a disc" if views > 1 else ""
    yield f"- {len(facts.members)} convolutional network{'s' if len(facts.members) > 1 else ''} (ONNX){more}"
    if facts.locator is not None:
        yield f"- a further network finds {', '.join(facts.locator.facts.levels)} where no regions are given"
    yield f"- output: {facts.scale} Pfirrmann grade, decoded by {facts.decoding}"
    yield (
        f"- input: the region of one disc, {'the square around the box' if seen.region == 'square' else 'the box'}, "
        f"resampled to {seen.resolution} x {seen.resolution} pixels; padding: {seen.border}"
    )
    yield f"- made by discgrade {facts.discgrade}, records to {facts.created}, provenance {facts.provenance[:12]}"
    if facts.parent:
        yield f"- recalibrated from the bundle {facts.parent[:12]}"
    yield f"- licence: {facts.licence or 'all rights reserved'}"
    if facts.citation:
        yield f"- citation: {facts.citation}"


def _factors(facts: BundleFacts) -> Iterator[str]:
    training = facts.training
    yield f"- levels: {_counted(training.levels)}"
    yield f"- manufacturers: {_counted(training.manufacturers)}"
    yield f"- field strengths in T: {_counted(training.field_strengths)}"


def _metrics(facts: BundleFacts) -> Iterator[str]:
    yield (
        "Scores are on the five integral grades. Intervals are highest-density intervals of the Bayesian bootstrap; "
        "means over grades weigh each grade alike."
    )


def _evaluation(facts: BundleFacts) -> Iterator[str]:
    for how, scores in by_how(facts.scores).items():
        yield f"- {max(score.n for score in scores)} discs: {how}"
    if not facts.scores:
        yield "None."


def _training(training: Training) -> Iterator[str]:
    readers = "one rater" if training.readers == 1 else f"the median of {training.readers} raters"
    yield f"- {training.discs} discs of {training.patients} patients, graded by {readers}"
    yield f"- discs by grade: {_counted(training.grades, 'grade ')}"
    if training.ages:
        yield f"- age: {training.ages.low:g} to {training.ages.high:g} years, median {training.ages.median:g}"
    yield f"- sex: {_counted(training.sexes)}"
    found = training.regions
    spans = {"width in mm": found.width, "height in mm": found.height, "width by height": found.aspect}
    spans |= {"side of a pixel in mm": found.spacing, "degrees off the sagittal plane": found.obliquity}
    yield f"- regions (98 % of them): {'; '.join(f'{name} {_span(span)}' for name, span in spans.items())}"


def _counted(counts: Mapping[str, int], before: str = "") -> str:
    return ", ".join(f"{before}{name}: {count}" for name, count in counts.items()) or "unknown"


def _span(span: Span | None) -> str:
    return f"{span.low:.4g} to {span.high:.4g}" if span else "unknown"


def _analyses(facts: BundleFacts) -> Iterator[str]:
    for how, scores in by_how(facts.scores).items():
        yield f"On {how}:\n"
        yield from (*_table(scores), "")
    for how, scores in by_how(facts.noise_ceiling).items():
        yield f"Noise ceiling, {how}:\n"
        yield from _table(scores)
    if not facts.noise_ceiling:
        yield "No noise ceiling: no rater read discs twice."


def _table(scores: Sequence[ScoreFact]) -> Iterator[str]:
    yield "| score | value | interval | probability | discs |\n|---|---|---|---|---|"
    for score in scores:
        name = METRICS.get(score.metric, score.metric)
        bounds = f"{_number(score.low)} to {_number(score.high)}"
        yield f"| {name} | {_number(score.value)} | {bounds} | {score.probability:.2%} | {score.n} |"


def _number(value: float) -> str:
    return f"{value:.3f}".replace("-", _MINUS)


def _ethics(facts: BundleFacts) -> Iterator[str]:
    yield f"- approval: {facts.ethics or 'not stated'}"
    if facts.dataset:
        data = facts.dataset
        told = [data.name, data.description, data.url, data.license and f"licence {data.license}"]
        yield f"- data: {'; '.join(filter(None, told))}"
    else:
        yield "- data: not stated"
    yield "- no image, name, pseudonym or date of a patient is in the bundle"


def _uncertainty(facts: BundleFacts) -> Iterator[str]:
    yield "- Another scanner, sequence or rater may differ: compare its grades with readings of your own first."
    if facts.calibration:
        fitted = facts.calibration
        yield (
            f"- Probabilities are calibrated ({fitted.method}), and a set of grades should hold the reading of "
            f"{fitted.coverage:.0%} of the discs of each grade: by {fitted.discs} discs of {fitted.patients} patients."
        )
    else:
        yield "- Probabilities are not calibrated, and there are no sets of grades."
