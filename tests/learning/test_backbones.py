"""Every backbone has its preprocessing inside, and can be saved and loaded without code of our own."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import applications

from tests.learning.models import KERAS_SAVE_WARNING
from tlgui.learning.backbones import BACKBONES
from tlgui.learning.catalog import BACKBONE_TITLES
from tlgui.learning.keras_check import check_keras_file
from tlgui.learning.model_file import MOST_BYTES
from tlgui.learning.recipe import BACKBONE_IDS

# What Keras says each of its networks was trained on; those that preprocess themselves are checked apart.
_KERAS_PREPROCESSING = {
    "vgg16": applications.vgg16,
    "vgg19": applications.vgg19,
    "inceptionv3": applications.inception_v3,
    "xception": applications.xception,
    "resnet50v2": applications.resnet_v2,
    "densenet121": applications.densenet,
    "mobilenetv2": applications.mobilenet_v2,
    "nasnetmobile": applications.nasnet,
}
# Those that bring their own preprocessing: where it lies in them. The larger brothers take seconds to build.
_SELF_PREPROCESSING = {
    "mobilenetv3small": (applications.MobileNetV3Small, "rescaling"),
    "efficientnetv2b0": (applications.EfficientNetV2B0, "normalization"),
    "convnexttiny": (applications.ConvNeXtTiny, "convnext_tiny_prestem_normalization"),
}


def _pixels(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (2, size, size, 3)).astype(np.float32)


def _preprocessed(backbone_id: str, pixels: np.ndarray) -> np.ndarray:
    inputs = keras.Input(pixels.shape[1:])
    return np.asarray(keras.Model(inputs, BACKBONES[backbone_id].preprocess(inputs))(pixels))


def _run(model: keras.Model, pixels: np.ndarray) -> np.ndarray:
    function = tf.function(lambda batch: model(batch, training=False))
    return np.asarray(function.get_concrete_function(tf.TensorSpec(pixels.shape, tf.float32))(tf.constant(pixels)))


def test_every_backbone_of_the_recipes_is_in_the_table() -> None:
    assert tuple(BACKBONES) == BACKBONE_IDS == tuple(BACKBONE_TITLES)
    assert [backbone.id for backbone in BACKBONES.values() if backbone.shipped] == ["efficientnet-lite0"]
    for backbone in BACKBONES.values():
        assert backbone.smallest_size <= backbone.input_size


def test_embedded_backbone_scales_around_127() -> None:
    pixels = _pixels(4)

    np.testing.assert_allclose(_preprocessed("efficientnet-lite0", pixels), (pixels - 127) / 128, atol=1e-6)


@pytest.mark.parametrize("backbone_id", _KERAS_PREPROCESSING)
def test_preprocessing_is_what_keras_says(backbone_id: str) -> None:
    pixels = _pixels(4)
    expected = _KERAS_PREPROCESSING[backbone_id].preprocess_input(pixels.copy())

    np.testing.assert_allclose(_preprocessed(backbone_id, pixels), expected, atol=1e-4)


@pytest.mark.parametrize("backbone_id", _SELF_PREPROCESSING)
def test_preprocessing_is_what_keras_builds_in(backbone_id: str) -> None:
    build, last = _SELF_PREPROCESSING[backbone_id]
    own = build(include_top=False, weights=None, input_shape=(32, 32, 3))
    pixels = _pixels(32)
    layer = next(layer for layer in own.layers if layer.name.startswith(last))
    expected = keras.Model(own.input, layer.output)(pixels)

    np.testing.assert_allclose(_preprocessed(backbone_id, pixels), expected, atol=1e-4)


# One with a frozen convolution for preprocessing, one with arithmetic between layers, one with a layer of its own.
@pytest.mark.parametrize("backbone_id", ["vgg16", "mobilenetv3small", "convnexttiny"])
@pytest.mark.filterwarnings(KERAS_SAVE_WARNING)
def test_backbone_is_loaded_again_without_code_of_our_own(backbone_id: str, tmp_path: Path) -> None:
    backbone = BACKBONES[backbone_id]
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, backbone.build(32)(backbone.preprocess(inputs), training=False))
    path = tmp_path / "model.keras"
    model.save(path)

    with path.open("rb") as stream:
        check_keras_file(stream, MOST_BYTES)
    loaded = keras.saving.load_model(path, safe_mode=True)

    pixels = _pixels(32)
    np.testing.assert_array_equal(_run(loaded, pixels), _run(model, pixels))
