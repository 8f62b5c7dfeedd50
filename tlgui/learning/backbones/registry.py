"""The table of backbones: how each network is built, how its input is scaled, and whether its weights are shipped."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import applications, layers

from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.efficientnet_lite import LITE0, LITE2, SMALLEST_SIZE, LiteVariant, build_lite
from tlgui.learning.backbones.small_cnn import SMALLEST_SIZE as SMALLEST_CNN_SIZE
from tlgui.learning.backbones.small_cnn import build_small_cnn
from tlgui.learning.recipes.recipe import EMBEDDED_BACKBONE, LARGER_BACKBONE, SMALL_CNN

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
_CAFFE_MEAN_BGR = (103.939, 116.779, 123.68)


@dataclass(frozen=True, slots=True)
class Backbone:
    """One pretrained network without its classifier.

    Args:
        id: Its id in recipes.
        title: Its name in messages.
        input_size: Side of the square input it was pretrained on, in pixels.
        smallest_size: Side of the smallest input it can be built for, in pixels.
        build: Takes the side of the input; returns the network with random weights, from preprocessed pixels to the
            last feature map.
        preprocess: Takes RGB 0..255 as a symbolic tensor of shape (batch, size, size, 3); returns the scaled input of
            the network, computed by built-in layers.
        shipped: Path of its weights among the resources; None where they are not shipped.
    """

    id: str
    title: str
    input_size: int
    smallest_size: int
    build: Callable[[int], keras.Model]
    preprocess: Callable[[keras.KerasTensor], keras.KerasTensor]
    shipped: str | None = None


def preprocess(backbone: Backbone, preprocessing: str, pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Scale pixels for a backbone.

    Args:
        backbone: The backbone.
        preprocessing: The recipe's setting; see `Recipe.preprocessing`.
        pixels: RGB 0..255 of shape (batch, size, size, 3).

    Returns:
        The input of the backbone's network, of the same shape.
    """
    return _SCALINGS.get(preprocessing, backbone.preprocess)(pixels)


def _application(builder: Callable[..., keras.Model], size: int, **options: Any) -> keras.Model:  # noqa: ANN401
    return builder(include_top=False, weights=None, input_shape=(size, size, 3), **options)


def _rescale(pixels: keras.KerasTensor, *, scale: float, offset: float) -> keras.KerasTensor:
    return layers.Rescaling(scale, offset, name="preprocessing")(pixels)


def _standardise(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Standardise each channel by its mean and deviation on ImageNet."""
    scale = [1 / (255 * deviation) for deviation in _IMAGENET_DEVIATION]
    offset = [-mean / deviation for mean, deviation in zip(_IMAGENET_MEAN, _IMAGENET_DEVIATION, strict=True)]
    return layers.Rescaling(scale, offset, name="preprocessing")(pixels)


def _caffe(pixels: keras.KerasTensor) -> keras.KerasTensor:
    """Turn RGB into BGR and subtract the mean of ImageNet, with a 1 by 1 convolution: a built-in layer for both."""
    convolution = layers.Conv2D(3, 1, trainable=False, name="preprocessing")
    result = convolution(pixels)
    convolution.set_weights([np.eye(3, dtype=np.float32)[::-1].reshape(1, 1, 3, 3), -np.array(_CAFFE_MEAN_BGR)])
    return result


_minus_one_to_one = partial(_rescale, scale=1 / 127.5, offset=-1.0)
_around_127 = partial(_rescale, scale=1 / 128, offset=-127 / 128)
_around_128 = partial(_rescale, scale=1 / 128, offset=-1.0)
_zero_to_one = partial(_rescale, scale=1 / 255, offset=0.0)
# Other scalings that a recipe can name. “none” has a layer too, so that every network has one named “preprocessing”.
_SCALINGS = {
    "0 to 1": _zero_to_one,
    "-1 to 1": _minus_one_to_one,
    "none": partial(_rescale, scale=1.0, offset=0.0),
}


def _from_keras(
    backbone_id: str,
    builder: Callable[..., keras.Model],
    preprocess: Callable[[keras.KerasTensor], keras.KerasTensor],
    smallest_size: int = 32,
    **options: Any,  # noqa: ANN401 - what the builder takes
) -> Backbone:
    about = BACKBONE_TITLES[backbone_id]
    build = partial(_application, builder, **options)
    return Backbone(backbone_id, about.title, about.input_size, smallest_size, build, preprocess)


def _shipped(backbone_id: str, variant: LiteVariant) -> Backbone:
    about = BACKBONE_TITLES[backbone_id]
    build = partial(build_lite, variant)
    weights = f"weights/{backbone_id}.weights.h5"
    return Backbone(backbone_id, about.title, about.input_size, SMALLEST_SIZE, build, _around_127, weights)


def _small_cnn() -> Backbone:
    about = BACKBONE_TITLES[SMALL_CNN]
    return Backbone(SMALL_CNN, about.title, about.input_size, SMALLEST_CNN_SIZE, build_small_cnn, _zero_to_one)


# Networks of Keras that include preprocessing are built without it: every scaling is in this module.
_PLAIN = {"include_preprocessing": False}
_TABLE = (
    _shipped(EMBEDDED_BACKBONE, LITE0),
    _shipped(LARGER_BACKBONE, LITE2),
    _from_keras("vgg16", applications.VGG16, _caffe),
    _from_keras("vgg19", applications.VGG19, _caffe),
    _from_keras("inceptionv3", applications.InceptionV3, _minus_one_to_one, 75),
    _from_keras("xception", applications.Xception, _minus_one_to_one, 71),
    _from_keras("resnet50v2", applications.ResNet50V2, _minus_one_to_one),
    _from_keras("densenet121", applications.DenseNet121, _standardise),
    _from_keras("mobilenetv2", applications.MobileNetV2, _minus_one_to_one),
    _from_keras("mobilenetv3small", applications.MobileNetV3Small, _minus_one_to_one, **_PLAIN),
    _from_keras("mobilenetv3large", applications.MobileNetV3Large, _minus_one_to_one, **_PLAIN),
    _from_keras("efficientnetv2b0", applications.EfficientNetV2B0, _standardise, **_PLAIN),
    _from_keras("efficientnetv2s", applications.EfficientNetV2S, _around_128, **_PLAIN),
    _from_keras("convnexttiny", applications.ConvNeXtTiny, _standardise, **_PLAIN),
    _from_keras("nasnetmobile", applications.NASNetMobile, _minus_one_to_one),
    _small_cnn(),
)
BACKBONES: dict[str, Backbone] = {backbone.id: backbone for backbone in _TABLE}
