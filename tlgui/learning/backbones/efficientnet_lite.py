"""EfficientNet-Lite0 and Lite2, whose weights are shipped, built from plain Keras layers.

The networks are Google's EfficientNet-Lite (Apache-2.0): EfficientNet without squeeze-and-excite, with ReLU6 in place
of swish, and with stem and head of fixed width. Layers are named by their position, which the converter of the
published weights relies on.
"""

from dataclasses import dataclass

import keras
from keras import layers

SMALLEST_SIZE = 32
_EPSILON = 1e-3
_STEM_CHANNELS = 32
_HEAD_CHANNELS = 1280
_IMAGENET_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class _Stage:
    """Blocks of one width; the first of them has the stride."""

    blocks: int
    kernel: int
    stride: int
    expansion: int
    channels: int


@dataclass(frozen=True, slots=True)
class LiteVariant:
    """One network of the family.

    Args:
        name: The name of its Keras model.
        stages: Its stages, from the input on.
    """

    name: str
    stages: tuple[_Stage, ...]


LITE0 = LiteVariant(
    "efficientnet_lite0",
    (
        _Stage(1, 3, 1, 1, 16),
        _Stage(2, 3, 2, 6, 24),
        _Stage(2, 5, 2, 6, 40),
        _Stage(3, 3, 2, 6, 80),
        _Stage(3, 5, 1, 6, 112),
        _Stage(4, 5, 2, 6, 192),
        _Stage(1, 3, 1, 6, 320),
    ),
)
# Lite0 made 1.1 times as wide, in multiples of 8, and 1.2 times as deep except for the first and the last stage.
LITE2 = LiteVariant(
    "efficientnet_lite2",
    (
        _Stage(1, 3, 1, 1, 16),
        _Stage(3, 3, 2, 6, 24),
        _Stage(3, 5, 2, 6, 48),
        _Stage(4, 3, 2, 6, 88),
        _Stage(4, 5, 1, 6, 120),
        _Stage(5, 5, 2, 6, 208),
        _Stage(1, 3, 1, 6, 352),
    ),
)


def build_lite(variant: LiteVariant, size: int) -> keras.Model:
    """Build a network without its classifier, with random weights.

    Args:
        variant: `LITE0` or `LITE2`.
        size: Side of the square input, in pixels.

    Returns:
        A model from RGB already scaled as `(x - 127) / 128`, shape `(batch, size, size, 3)`, to the last feature map,
        shape `(batch, size / 32, size / 32, 1280)`, rounded up.
    """
    inputs = keras.Input((size, size, 3))
    x = _activated(_convolved(inputs, _STEM_CHANNELS, 3, 2, "stem"), "stem")
    index = 0
    for stage in variant.stages:
        for repeat in range(stage.blocks):
            x = _block(x, stage, stage.stride if repeat == 0 else 1, f"block{index}")
            index += 1
    x = _activated(_convolved(x, _HEAD_CHANNELS, 1, 1, "head"), "head")
    return keras.Model(inputs, x, name=variant.name)


def build_lite_classifier(variant: LiteVariant, size: int) -> keras.Model:
    """Build a network with its ImageNet classifier, which the converter checks.

    Args:
        variant: `LITE0` or `LITE2`.
        size: Side of the square input, in pixels.

    Returns:
        A model from scaled RGB, as in `build_lite`, to 1000 probabilities.
    """
    network = build_lite(variant, size)
    x = layers.GlobalAveragePooling2D(name="average")(network.output)
    x = layers.Dense(_IMAGENET_CLASSES, activation="softmax", name="classifier")(x)
    return keras.Model(network.input, x, name=f"{variant.name}_classifier")


def _block(inputs: keras.KerasTensor, stage: _Stage, stride: int, name: str) -> keras.KerasTensor:
    """An inverted residual block: expand, convolve each channel, project; add the input where the shapes agree."""
    x = inputs
    if stage.expansion > 1:
        widened = inputs.shape[-1] * stage.expansion
        x = _activated(_convolved(x, widened, 1, 1, f"{name}_expand"), f"{name}_expand")
    x = layers.DepthwiseConv2D(stage.kernel, stride, "same", use_bias=False, name=f"{name}_depthwise_conv")(x)
    x = _activated(layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_depthwise_bn")(x), f"{name}_depthwise")
    x = _convolved(x, stage.channels, 1, 1, f"{name}_project")
    if stride == 1 and inputs.shape[-1] == stage.channels:
        x = layers.Add(name=f"{name}_add")([x, inputs])
    return x


def _convolved(x: keras.KerasTensor, channels: int, kernel: int, stride: int, name: str) -> keras.KerasTensor:
    x = layers.Conv2D(channels, kernel, stride, "same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(epsilon=_EPSILON, name=f"{name}_bn")(x)


def _activated(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.ReLU(6.0, name=f"{name}_relu")(x)
