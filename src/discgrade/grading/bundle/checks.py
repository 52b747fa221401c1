"""What the schema of bundle.json cannot say: how its parts fit together, so that no number is silently a wrong one."""

from collections.abc import Iterator
from itertools import pairwise

from discgrade.grades import LEVELS, grades_of
from discgrade.grading.bundle.facts import BundleFacts, LocatorMember, Member, Regions, Span
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.novelty import Cloud, Novelty


def contradictions(facts: BundleFacts) -> Iterator[str]:
    """Yield what does not fit in facts that keep to the schema, each as a sentence without its beginning, the place."""
    grades = grades_of(facts.scale).tolist()
    if list(facts.grades) != grades:
        yield f"grades should be those of the {facts.scale} scale, {grades}. Received: {list(facts.grades)}"
    files = [member.file for member in facts.members]
    if len(set(files)) < len(files):
        yield "members name one file twice"
    if facts.decoding == "cuts" and not (facts.calibration and facts.calibration.cuts):
        yield "decoding is by cuts, but there are none. Make the bundle again"
    if facts.calibration is not None:
        yield from _of_calibration(facts.calibration, len(grades))
    if facts.novelty is not None:
        yield from _of_novelty(facts.novelty, facts.members)
    yield from _of_regions(facts.training.regions)
    if facts.locator is not None:
        yield from _of_locator(facts.locator)


def _of_calibration(learned: Calibration, grades: int) -> Iterator[str]:
    if learned.cuts is not None and len(learned.cuts) != grades - 1:
        yield f"calibration.cuts should be {grades - 1}, one fewer than the grades. Received: {len(learned.cuts)}"
    pairs, received = len(learned.thresholds) - 1, len(learned.knots)
    if learned.method == "isotonic" and received != pairs:
        yield f"calibration.knots of an isotonic map should be {pairs} pairs of lists. Received: {received}"
    for x, y in learned.knots:
        rising = all(low <= high for values in (x, y) for low, high in pairwise(values))
        if not x or len(x) != len(y) or not rising:
            yield "calibration.knots should be pairs of lists of one length that rise"


def _of_novelty(learned: Novelty, members: tuple[Member, ...]) -> Iterator[str]:
    if len(learned.members) != len(members):
        yield f"novelty.members should be {len(members)}, one of each network. Received: {len(learned.members)}"
        return
    for number, (cloud, member) in enumerate(zip(learned.members, members, strict=True)):
        if not _fits(cloud, member.embedding):
            yield (
                f"novelty.members.{number} should have a mean and axes of {member.embedding} numbers, as the network's "
                "embedding, and a variance for each axis"
            )


def _fits(cloud: Cloud, width: int) -> bool:
    # The schema leaves the axes' numbers to this: jsonschema would take seconds for so many.
    lengths = {len(cloud.mean), *map(len, cloud.axes)}
    numbers = all(type(value) in (float, int) for axis in cloud.axes for value in axis)
    return lengths == {width} and numbers and len(cloud.axes) == len(cloud.variances)


def _of_regions(regions: Regions) -> Iterator[str]:
    for name, span in vars(regions).items():
        if isinstance(span, Span) and span.low > span.high:
            yield f"training.regions.{name} should go from low to high. Received: {span.low:g} to {span.high:g}"


def _of_locator(member: LocatorMember) -> Iterator[str]:
    facts = member.facts
    if list(facts.levels) != [level for level in reversed(LEVELS) if level in facts.levels]:
        yield f"locator.facts.levels should be lumbar ones, from the sacrum up. Received: {', '.join(facts.levels)}"
    if len(facts.expected) != len(facts.levels):
        yield (
            f"locator.facts.expected should be {len(facts.levels)}, one for each level. Received: {len(facts.expected)}"
        )
    if min(min(one.width[0], one.height[0]) for one in facts.expected) <= 0:
        yield "locator.facts.expected should have widths and heights above 0"
    if any(way is None for one in facts.expected[:-1] for way in (one.right, one.up)):
        yield "locator.facts.expected should have a way to the next level for all but the uppermost"
