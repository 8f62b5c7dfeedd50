"""The small network without pretrained weights: a tutorial's baseline for pretrained networks.

Three convolutions of 2 by 2 with 32, 32 and 64 channels, each followed by a pooling of 2 by 2.
"""

import keras
from keras import layers

SMALLEST_SIZE = 32
_CHANNELS = (32, 32, 64)


def build_small_cnn(size: int) -> keras.Model:
    """Build the network, with random weights.

    Args:
        size: Side of the square input, in pixels.

    Returns:
        A model from pixels 0..1, shape `(batch, size, size, 3)`, to the last feature map of 64 channels; at 150
        pixels it is 17 by 17.
    """
    inputs = keras.Input((size, size, 3))
    x = inputs
    for number, channels in enumerate(_CHANNELS, 1):
        x = layers.Conv2D(channels, 2, activation="relu", name=f"block{number}_conv")(x)
        x = layers.MaxPooling2D(2, name=f"block{number}_pool")(x)
    return keras.Model(inputs, x, name="small_cnn")
