"""What has to be known of a locator to use it: the scale of its input, its levels, what it expects, its threshold.

The network is an ONNX file. Its one input `image` is (N, S, S, 1) float32 in [-1, 1], S being `side`: what
`locator_input` gives for upright sagittal slices, the front on the left and the head above. Its one output `maps` is
(N, C, C, L + 4) float32, C being `cells` and L the number of `levels`; `decoding.find_discs` takes one of its N parts.
For each cell:

- channels 0 to L - 1 are logits, one a level in the order of `levels`, that the centre of this level's box lies in the
  cell: over all cells of a level and a further logit of 0, which stands for "nowhere in the picture", their softmax is
  a probability;
- channels L and L + 1 are how far right of and below the cell's middle that centre lies, in cells;
- channels L + 2 and L + 3 are the logarithms of the box's width and height as shares of a quarter of the side.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from discgrade.records import replacing
from discgrade.settings.plain import plain, typed


@dataclass(frozen=True)
class Expected:
    """What the training set says of a level's box and of the way to the next level's, in mm, as mean and deviation.

    Attributes:
        width: Width of its box.
        height: Height of its box.
        right: How far to the right of it the next level's centre lies, towards the head; None of the uppermost level.
        up: How far above it that centre lies; None of the uppermost level.
    """

    width: tuple[float, ...]
    height: tuple[float, ...]
    right: tuple[float, ...] | None
    up: tuple[float, ...] | None


@dataclass(frozen=True)
class LocatorFacts:
    """What goes with a locator; `localisation/locator.json` holds it.

    Attributes:
        side: Side of the square input in pixels.
        spacing_mm: Side of an input pixel in mm.
        cells: Number of cells along a side of the output.
        levels: The levels that it was trained on, from the sacrum up.
        expected: What it expects of each of them.
        threshold: Smallest probability of a disc that is proposed, from the scores of patients it had not seen.
    """

    side: int
    spacing_mm: float
    cells: int
    levels: tuple[str, ...]
    expected: tuple[Expected, ...]
    threshold: float


def write_facts(facts: LocatorFacts, path: Path) -> None:
    """Write the facts as JSON."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(plain(facts), indent=1) + "\n", encoding="utf-8")


def read_facts(path: Path) -> LocatorFacts:
    """Read what `write_facts` wrote."""
    return typed(LocatorFacts, json.loads(path.read_text(encoding="utf-8")))
