"""How the weights follow the gradients."""

import keras

from discgrade.settings.model import Training


def make_optimizer(training: Training) -> keras.optimizers.Optimizer:
    """Return the optimizer that the settings name, not yet built.

    `sgd` is stochastic gradient descent with `training.momentum`, `adamw` Adam with moments of 0.9 and 0.999. Each step
    takes the learning rate times `training.weight_decay` of every weight away.

    Reference:
        Loshchilov and Hutter 2019, https://openreview.net/forum?id=Bkg6RiCqY7
    """
    match training.optimizer:
        case "adamw":
            return keras.optimizers.AdamW(training.learning_rate, weight_decay=training.weight_decay)
        case "sgd":
            decay = training.weight_decay or None
            return keras.optimizers.SGD(training.learning_rate, momentum=training.momentum, weight_decay=decay)
