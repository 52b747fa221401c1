"""The losses of Niemeyer et al. 2021, on any backend: two ordinal cross-entropies and the soft kappa."""

import numpy as np
from keras import ops
from keras.losses import categorical_crossentropy, mean_absolute_error, mean_squared_error
from numpy.typing import ArrayLike, NDArray

from discgrade.learning import extension
from discgrade.learning.loop.task import Measure, Tensor

# Keeps log(1 - kappa) finite where no disc is misplaced; far below the disagreement of a single disc.
EPSILON = 1e-7


def ordinal_categorical_crossentropy(y_true: Tensor, y_pred: Tensor, power: float = 1) -> Tensor:
    """Cross-entropy that weighs a sample by how far its most probable grade lies from the true one.

    `loss = (1 + (|argmax y_true - argmax y_pred| / (K - 1)) ** power) * categorical_crossentropy`; the weight carries
    no gradient. The paper's equation is lost; this is the form in public use.

    Args:
        y_true: (B, K) one-hot ranks.
        y_pred: (B, K) probabilities.
        power: 1 for the ordinal, 2 for the squared ordinal cross-entropy; it should be > 0.

    Returns:
        (B,) losses.

    Raises:
        ValueError: if `power` is not above 0.
    """
    if power <= 0:
        raise ValueError(f"Invalid `power`. It should be > 0. Received: {power}")
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    distance = ops.abs(ops.argmax(y_true, axis=-1) - ops.argmax(y_pred, axis=-1))
    weight = 1 + (ops.cast(distance, y_pred.dtype) / (y_pred.shape[-1] - 1)) ** power
    return weight * categorical_crossentropy(y_true, y_pred)


def squared_ordinal_categorical_crossentropy(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """`ordinal_categorical_crossentropy` with the squared distance."""
    return ordinal_categorical_crossentropy(y_true, y_pred, power=2)


def soft_kappa(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Logarithm of 1 - kappa, quadratically weighted, with probabilities in place of predicted grades.

    With w_ij = (i - j)^2 / (K - 1)^2, N_i true members of grade i in the batch of B and t_b the true rank:
    `loss = log(sum_b sum_c w[t_b, c] p_bc) - log(sum_i N_i / B sum_j w_ij sum_b p_bj)`.

    Args:
        y_true: (B, K) one-hot ranks.
        y_pred: (B, K) probabilities.

    Returns:
        A scalar: 0 at chance agreement, negative above it. Finite for any probabilities.

    Reference:
        de la Torre et al. 2018, doi:10.1016/j.patrec.2017.05.018
    """
    y_pred = ops.convert_to_tensor(y_pred)
    y_true = ops.cast(y_true, y_pred.dtype)
    rank = ops.arange(y_pred.shape[-1], dtype=y_pred.dtype)
    weight = ((rank[:, None] - rank[None, :]) / (y_pred.shape[-1] - 1)) ** 2
    observed = ops.sum(ops.matmul(y_true, weight) * y_pred)
    expected = ops.sum(ops.matmul(ops.mean(y_true, axis=0)[None], weight) * ops.sum(y_pred, axis=0))
    return ops.log(observed + EPSILON) - ops.log(expected + EPSILON)


LOSSES: dict[str, Measure] = {
    "categorical_crossentropy": categorical_crossentropy,
    "ordinal_categorical_crossentropy": ordinal_categorical_crossentropy,
    "squared_ordinal_categorical_crossentropy": squared_ordinal_categorical_crossentropy,
    "soft_kappa": soft_kappa,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
}
"""The losses that the config may call by a bare name."""


def find_loss(name: str) -> Measure:
    """Return the loss that the config names: one of `LOSSES`, or `package.module:function`.

    Raises:
        ValueError: if there is no such loss.
    """
    if ":" in name:
        return extension.resolve(name)
    if name not in LOSSES:
        raise ValueError(
            f"Unknown loss. It should be one of {list(LOSSES)} or `package.module:function`. Received: {name!r}"
        )
    return LOSSES[name]


def balanced_class_weights(ranks: ArrayLike, grades: int) -> NDArray[np.float64]:
    """Return N / (C n_k) for each of `grades` ranks, over the C ranks that occur; 0 for one that does not.

    scikit-learn's 'balanced', which knows no absent classes. With no class absent, C is the number of grades.
    """
    from sklearn.utils.class_weight import compute_class_weight  # noqa: PLC0415 - few trainings need it

    given = np.asarray(ranks, int)
    present = np.unique(given)
    weights = np.zeros(grades)
    weights[present] = compute_class_weight("balanced", classes=present, y=given)
    return weights
