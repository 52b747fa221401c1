"""A network that trains in a moment but has all that a state can be lost of: dropout and moving statistics."""

import keras
from keras import layers


def network(resolution, outputs, *, dropout, **settings):
    image = keras.Input((resolution, resolution, 1))
    x = layers.AveragePooling2D(4)(image)
    x = layers.Conv2D(4, 3, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.SpatialDropout2D(dropout)(x)
    x = layers.Dense(outputs)(layers.Flatten()(x))
    return keras.Model(image, x if outputs == 1 else layers.Softmax()(x))
