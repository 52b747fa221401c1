"""What a locator minimises: where each level's centre is, and how far off its box is there."""

from functools import partial
from typing import Any

import numpy as np
from keras import ops

from discgrade.learning.localisation.views import NOWHERE
from discgrade.learning.loop.task import Objective

Tensor = Any

SPREAD = 0.6
"""Standard deviation of the target's bell around a centre, in cells."""
_FAINT = 0.1
_PLACE, _SIZE = 0.3, 2.0
"""Weights of a cell of distance, and of the logarithm of a size."""
NEAR = 1.0
"""Cells from the drawn centre within which a hit lies."""


def localisation_objective(side: int, cells: int, levels: int) -> Objective:
    """Return the objective of a locator.

    The loss of a view is the sum over the levels of the cross-entropy of its softmax over all cells and "nowhere", with
    a narrow bell around the drawn centre as the target, and of the absolute errors of offset and size under that bell.
    A level that was not drawn adds nothing. A hit is a level whose likeliest cell is the right one.

    Args:
        side: Side of the input in pixels.
        cells: Number of cells along a side of the output.
        levels: Number of levels.
    """
    middles = (np.arange(cells, dtype=np.float32) + 0.5) * (side / cells)
    return Objective(
        loss=partial(_loss, middles=middles, side=side, levels=levels),
        hits=partial(_hits, middles=middles, levels=levels),
        target=(levels, 4),
    )


def _loss(boxes: Tensor, maps: Tensor, *, middles: Any, side: int, levels: int) -> Tensor:  # noqa: ANN401
    """Return the loss of each of (B, levels, 4) targets and (B, C, C, levels + 4) maps, (B,)."""
    known, boxes = _known(boxes)
    right, down, bell, there = _bells(boxes, middles)
    cross = _cross_entropy(maps[..., :levels], bell, there)
    sizes = ops.log(ops.maximum(boxes[:, :, 2:], 1.0) * (4 / side))
    told = ops.transpose(maps[..., levels:], (0, 3, 1, 2))[:, None]
    wrong = _PLACE * (ops.abs(told[:, :, 0] - right) + ops.abs(told[:, :, 1] - down))
    wrong += _SIZE * ops.abs(told[:, :, 2] - sizes[:, :, 0, None, None])
    wrong += _SIZE * ops.abs(told[:, :, 3] - sizes[:, :, 1, None, None])
    return ops.sum(known * (cross + ops.sum(bell * wrong, axis=(2, 3))), axis=1)


def _known(boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Return which levels were drawn, as 1 and 0, and the boxes without NaN."""
    missing = ops.isnan(boxes)
    return 1 - ops.cast(missing[:, :, 0], "float32"), ops.where(missing, NOWHERE, boxes)


def _bells(boxes: Tensor, middles: Any) -> tuple[Tensor, Tensor, Tensor, Tensor]:  # noqa: ANN401
    """Return the way right and down from each cell's middle to each centre in cells, the bell, and whether it is shown.

    (B, levels, C, C) each but the last, (B, levels); a bell's sum is 1, that of a level that is nowhere 0.
    """
    stride = float(middles[1] - middles[0])
    right = (boxes[:, :, 0, None, None] - middles[None, None, None, :]) / stride
    down = (boxes[:, :, 1, None, None] - middles[None, None, :, None]) / stride
    bell = ops.exp(-(right**2 + down**2) / (2 * SPREAD**2))
    total = ops.sum(bell, axis=(2, 3))
    there = ops.cast(total > _FAINT, "float32")
    return right, down, bell * (there / ops.maximum(total, _FAINT))[:, :, None, None], there


def _cross_entropy(logits: Tensor, bell: Tensor, there: Tensor) -> Tensor:
    """Return the cross-entropy of each level's softmax over the cells and a logit of 0 for nowhere, (B, levels)."""
    shape = (-1, bell.shape[1], bell.shape[2] * bell.shape[3])
    flat = ops.reshape(ops.transpose(logits, (0, 3, 1, 2)), shape)
    flat = ops.concatenate([flat, ops.zeros_like(flat[:, :, :1])], axis=-1)
    target = ops.concatenate([ops.reshape(bell, shape), (1 - there)[:, :, None]], axis=-1)
    return ops.logsumexp(flat, axis=-1) - ops.sum(target * flat, axis=-1)


def _hits(boxes: Tensor, maps: Tensor, *, middles: Any, levels: int) -> Tensor:  # noqa: ANN401
    """Return for how many samples, in parts, the likeliest cells are right: the sum of the shares of known levels."""
    known, boxes = _known(boxes)
    right, down, _, there = _bells(boxes, middles)
    away = ops.reshape(ops.maximum(ops.abs(right), ops.abs(down)), (-1, levels, len(middles) ** 2))
    flat = ops.reshape(ops.transpose(maps[..., :levels], (0, 3, 1, 2)), (-1, levels, len(middles) ** 2))
    best = ops.argmax(flat, axis=-1)
    near = ops.take_along_axis(away, best[:, :, None], axis=-1)[:, :, 0] <= NEAR
    seen = ops.max(flat, axis=-1) > 0
    right_cell = ops.cast(ops.where(there > 0, ops.logical_and(near, seen), ops.logical_not(seen)), "float32")
    return ops.sum(ops.sum(known * right_cell, axis=1) / ops.maximum(ops.sum(known, axis=1), 1.0))
