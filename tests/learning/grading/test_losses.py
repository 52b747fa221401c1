import numpy as np
import pytest
import tensorflow as tf
from sklearn.metrics import cohen_kappa_score

from discgrade.learning.grading import losses

TRUE = np.eye(4, dtype=np.float32)[[2, 1, 0, 3]]
RIGHT = np.array(
    [[0.1, 0.2, 0.6, 0.1], [0.1, 0.5, 0.3, 0.1], [0.8, 0.05, 0.05, 0.1], [0.01, 0.09, 0.1, 0.8]], np.float32
)
WRONG = np.array(
    [[0.6, 0.2, 0.1, 0.1], [0.1, 0.5, 0.3, 0.1], [0.05, 0.05, 0.8, 0.1], [0.01, 0.09, 0.1, 0.8]], np.float32
)
GOLDEN = [
    ("categorical_crossentropy", RIGHT, 0.41256497673858883),
    ("ordinal_categorical_crossentropy", RIGHT, 0.41256497673858883),
    ("squared_ordinal_categorical_crossentropy", RIGHT, 0.41256497673858883),
    ("soft_kappa", RIGHT, -1.1611957749698778),
    ("categorical_crossentropy", WRONG, 1.5536520246055479),
    ("ordinal_categorical_crossentropy", WRONG, 2.4367049190302206),
    ("squared_ordinal_categorical_crossentropy", WRONG, 2.1423539542219965),
    ("soft_kappa", WRONG, -0.17005146420214037),
]
# The counts behind the printed "balanced" weights of the 13 grades, with the one more sample that they need in 3.0.
COUNTS = [924, 360, 288, 3716, 1656, 1880, 6941, 3168, 1056, 6328, 380, 344, 1572]
WEIGHTS = [2.3820, 6.1139, 7.6424, 0.5923, 1.3291, 1.1707, 0.3171, 0.6948, 2.0843, 0.3478, 5.7921, 6.3983, 1.4001]


@pytest.mark.parametrize(("name", "predicted", "value"), GOLDEN)
def test_golden_values(name, predicted, value):
    assert np.mean(losses.find_loss(name)(TRUE, predicted)) == pytest.approx(value, rel=1e-6)


def test_ordinal_losses_are_of_samples_and_soft_kappa_is_of_the_batch():
    assert losses.ordinal_categorical_crossentropy(TRUE, RIGHT).shape == (4,)
    assert losses.soft_kappa(TRUE, RIGHT).shape == ()


def test_soft_kappa_of_certain_predictions_is_the_log_of_1_minus_quadratic_kappa():
    random = np.random.default_rng(1)
    true, predicted = random.integers(0, 5, 200), random.integers(0, 5, 200)
    kappa = cohen_kappa_score(true, predicted, weights="quadratic")
    one_hot = np.eye(5, dtype=np.float32)
    assert float(losses.soft_kappa(one_hot[true], one_hot[predicted])) == pytest.approx(np.log(1 - kappa), abs=1e-5)


def test_the_ordinal_weight_carries_no_gradient():
    logits = tf.Variable(np.log(WRONG))
    with tf.GradientTape(persistent=True) as tape:
        predicted = tf.nn.softmax(logits)
        plain = losses.categorical_crossentropy(TRUE, predicted)
        ordinal = losses.ordinal_categorical_crossentropy(TRUE, predicted)
    weight = np.array([1 + 2 / 3, 1, 1 + 2 / 3, 1])[:, None]
    np.testing.assert_allclose(tape.gradient(ordinal, logits), weight * tape.gradient(plain, logits), rtol=1e-5)


@pytest.mark.parametrize("name", list(losses.LOSSES)[:4])
@pytest.mark.parametrize("true", [np.zeros(8, int), np.arange(8) % 5])
@pytest.mark.parametrize("predicted", [np.zeros(8, int), np.full(8, 4), np.arange(8) % 5])
def test_gradients_are_finite_on_one_class_and_for_saturated_predictions(name, true, predicted):
    logits = tf.Variable(200 * np.eye(5, dtype=np.float32)[predicted])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(losses.find_loss(name)(np.eye(5, dtype=np.float32)[true], tf.nn.softmax(logits)))
    assert np.isfinite(loss)
    assert np.isfinite(tape.gradient(loss, logits)).all()


def test_a_power_of_0_is_refused():
    with pytest.raises(ValueError, match=r"Invalid `power`\. It should be > 0\. Received: 0"):
        losses.ordinal_categorical_crossentropy(TRUE, RIGHT, power=0)


def test_an_unknown_loss_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"Unknown loss.*soft_kappa.*Received: 'soft_cappa'"):
        losses.find_loss("soft_cappa")


def test_balanced_weights_are_the_printed_ones():
    ranks = np.repeat(np.arange(13), COUNTS)
    np.testing.assert_allclose(losses.balanced_class_weights(ranks, 13), WEIGHTS, atol=5e-5)


@pytest.mark.parametrize("counts", [(5, 2, 0, 3), (7, 11, 13, 1), (924, 0, 288, 3716)])
def test_balanced_weights_are_the_samples_by_the_classes_that_occur_and_theirs_to_the_last_bit(counts):
    total, occurring = sum(counts), sum(count > 0 for count in counts)
    expected = [total / (occurring * count) if count else 0.0 for count in counts]
    assert losses.balanced_class_weights(np.repeat(np.arange(4), counts), 4).tolist() == expected
