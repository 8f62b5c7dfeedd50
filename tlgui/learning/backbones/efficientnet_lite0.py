"""EfficientNet-Lite0, the embedded backbone, built from plain Keras layers.

The network is Google's EfficientNet-Lite0 (Apache-2.0): EfficientNet-B0 without squeeze-and-excite, with ReLU6 in
place of swish, and with stem and head of fixed width. Layers are named by their position, which the converter of the
published weights relies on.
"""

import keras
from keras import layers

SMALLEST_SIZE = 32
_EPSILON = 1e-3
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 1280
_IMAGENET_CLASSES = 1000

# For each stage: blocks, kernel size, stride of its first block, expansion, output channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


def build_lite0(size: int) -> keras.Model:
    """Build the network without its classifier, with random weights.

    Args:
        size: Side of the square input, in pixels.

    Returns:
        A model from RGB already scaled as `(x - 127) / 128`, shape `(batch, size, size, 3)`, to the last feature map,
        shape `(batch, size / 32, size / 32, 1280)`.
    """
    inputs = keras.Input((size, size, 3))
    x = _activated(_convolved(inputs, _STEM_CHANNELS, 3, 2, "stem"), "stem")
    index = 0
    for blocks, kernel, stride, expansion, channels in _STAGES:
        for repeat in range(blocks):
            x = _block(x, kernel, stride if repeat == 0 else 1, expansion, channels, f"block{index}")
            index += 1
    x = _activated(_convolved(x, _HEAD_CHANNELS, 1, 1, "head"), "head")
    return keras.Model(inputs, x, name="efficientnet_lite0")


def build_lite0_classifier(size: int) -> keras.Model:
    """Build the network with its ImageNet classifier, which the converter checks.

    Args:
        size: Side of the square input, in pixels.

    Returns:
        A model from scaled RGB, as in `build_lite0`, to 1000 probabilities.
    """
    network = build_lite0(size)
    x = layers.GlobalAveragePooling2D(name="average")(network.output)
    x = layers.Dense(_IMAGENET_CLASSES, activation="softmax", name="classifier")(x)
    return keras.Model(network.input, x, name="efficientnet_lite0_classifier")


def _block(
    inputs: keras.KerasTensor, kernel: int, stride: int, expansion: int, channels: int, name: str
) -> keras.KerasTensor:
    """An inverted residual block: expand, convolve each channel, project; add the input where the shapes agree."""
    x = inputs
    if expansion > 1:
        widened = inputs.shape[-1] * expansion
        x = _activated(_convolved(x, widened, 1, 1, f"{name}_expand"), f"{name}_expand")
    x = layers.DepthwiseConv2D(kernel, stride, "same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _activated(layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_depthwise_bn")(x), f"{name}_depthwise")
    x = _convolved(x, channels, 1, 1, f"{name}_project")
    if stride == 1 and inputs.shape[-1] == channels:
        x = layers.Add(name=f"{name}_add")([x, inputs])
    return x


def _convolved(x: keras.KerasTensor, channels: int, kernel: int, stride: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_bn")(x)


def _activated(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(6.0, name=f"{name}_relu")(x)
