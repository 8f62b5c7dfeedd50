"""Every backbone has its preprocessing inside, agrees with catalog and Keras, and loads without custom code."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import applications
from keras.src.utils import file_utils

from tests.learning.models import KERAS_SAVE_WARNING
from tlgui.learning.backbones.catalog import BACKBONE_TITLES
from tlgui.learning.backbones.published_weights import PUBLISHED, Published
from tlgui.learning.backbones.registry import BACKBONES, preprocess
from tlgui.learning.model_file.archive import MOST_BYTES
from tlgui.learning.model_file.trusted_layers import check_configuration, check_keras_file
from tlgui.learning.networks import builder as network_module
from tlgui.learning.networks.inference_function import traced
from tlgui.learning.networks.memory_budget import BUDGET_BYTES
from tlgui.learning.networks.needed_memory import photo_bytes
from tlgui.learning.recipes.recipe import BACKBONE_IDS, LARGEST_INPUT, SHIPPED_BACKBONES, SMALL_CNN, Recipe

# The scaling that Keras documents for each of its networks; those with preprocessing inside are checked separately.
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
# Networks with preprocessing inside.
_SELF_PREPROCESSING = {
    "mobilenetv3small": applications.MobileNetV3Small,
    "mobilenetv3large": applications.MobileNetV3Large,
    "efficientnetv2b0": applications.EfficientNetV2B0,
    "efficientnetv2s": applications.EfficientNetV2S,
    "convnexttiny": applications.ConvNeXtTiny,
}
_NONE_PUBLISHED = {*SHIPPED_BACKBONES, SMALL_CNN}


def _pixels(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (2, size, size, 3)).astype(np.float32)


def _preprocessed(backbone_id: str, pixels: np.ndarray, setting: str = "own") -> np.ndarray:
    inputs = keras.Input(pixels.shape[1:])
    return np.asarray(keras.Model(inputs, preprocess(BACKBONES[backbone_id], setting, inputs))(pixels))


def test_every_backbone_of_the_recipes_is_in_the_table() -> None:
    assert tuple(BACKBONES) == BACKBONE_IDS == tuple(BACKBONE_TITLES)
    assert {backbone.id for backbone in BACKBONES.values() if backbone.shipped} == SHIPPED_BACKBONES
    for backbone in BACKBONES.values():
        assert backbone.smallest_size <= backbone.input_size


@pytest.mark.parametrize("backbone_id", sorted(SHIPPED_BACKBONES))
def test_shipped_backbone_scales_around_127(backbone_id: str) -> None:
    pixels = _pixels(4)

    np.testing.assert_allclose(_preprocessed(backbone_id, pixels), (pixels - 127) / 128, atol=1e-6)


def test_small_network_wants_numbers_up_to_1() -> None:
    pixels = _pixels(4)

    np.testing.assert_allclose(_preprocessed(SMALL_CNN, pixels), pixels / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("setting", "low", "high"), [("0 to 1", 0.0, 1.0), ("-1 to 1", -1.0, 1.0), ("none", 0.0, 255.0)]
)
def test_recipe_may_scale_pixels_otherwise(setting: str, low: float, high: float) -> None:
    ends = np.array([[[[0.0, 0.0, 0.0], [255.0, 255.0, 255.0]]]], np.float32)

    scaled = _preprocessed("vgg16", ends, setting)

    np.testing.assert_allclose(scaled, np.array([[[[low] * 3, [high] * 3]]]), atol=1e-5)


def test_every_backbone_is_held_against_keras() -> None:
    assert {*_KERAS_PREPROCESSING, *_SELF_PREPROCESSING, *_NONE_PUBLISHED} == set(BACKBONE_IDS)


@pytest.mark.parametrize("backbone_id", _KERAS_PREPROCESSING)
def test_preprocessing_is_what_keras_says(backbone_id: str) -> None:
    pixels = _pixels(4)
    expected = _KERAS_PREPROCESSING[backbone_id].preprocess_input(pixels.copy())

    np.testing.assert_allclose(_preprocessed(backbone_id, pixels), expected, rtol=0, atol=1e-5)


class _ReachedError(Exception):
    """The network has reached its first convolution; holds its input."""


@pytest.mark.parametrize("backbone_id", _SELF_PREPROCESSING)
def test_preprocessing_is_what_keras_builds_in(backbone_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_layer: keras.Layer, tensor: keras.KerasTensor, **_options: object) -> None:
        raise _ReachedError(tensor)

    # The later layers do not matter here, and take seconds to build. ConvNeXt's stem is an inner model.
    for kind in (keras.layers.Conv2D, keras.Sequential):
        monkeypatch.setattr(kind, "__call__", stop)
    inputs = keras.Input((32, 32, 3))
    with pytest.raises(_ReachedError) as caught:
        _SELF_PREPROCESSING[backbone_id](include_top=False, weights=None, input_tensor=inputs)
    monkeypatch.undo()
    pixels = _pixels(32)
    expected = keras.Model(inputs, caught.value.args[0])(pixels)

    np.testing.assert_allclose(_preprocessed(backbone_id, pixels), expected, rtol=0, atol=1e-5)


def _necks(network: keras.Model) -> set[str]:
    """Return the layers that every path from input to output passes."""
    steps = list(network.operations)
    places = {step.name: place for place, step in enumerate(steps)}
    passed_by = [0] * len(steps)
    for place, step in enumerate(steps):
        if place == 0:
            continue
        inputs = step.input if isinstance(step.input, list) else [step.input]
        for tensor in inputs:
            for between in range(places[tensor._keras_history.operation.name] + 1, place):
                passed_by[between] += 1
    return {step.name for step, count in zip(steps, passed_by, strict=True) if not count}


def _asked_for(monkeypatch: pytest.MonkeyPatch, backbone_id: str) -> list[Published]:
    """Build the network with its published weights in Keras, and return the file that Keras would download."""
    asked: list[Published] = []

    def get_file(name: str, url: str, *, cache_subdir: str, file_hash: str = "") -> str:
        assert cache_subdir == "models"
        asked.append(Published(url, name, file_hash))
        return name

    monkeypatch.setattr(file_utils, "get_file", get_file)
    monkeypatch.setattr(keras.Model, "load_weights", lambda *_: None)
    backbone = BACKBONES[backbone_id]
    if backbone_id not in _NONE_PUBLISHED:
        assert isinstance(backbone.build, partial)
        (builder,), options = backbone.build.args, backbone.build.keywords
        build = partial(builder, include_top=False, weights="imagenet", **options)
        changed = replace(backbone, build=lambda size: build(input_shape=(size, size, 3)))
        monkeypatch.setitem(BACKBONES, backbone_id, changed)
    return asked


# MobileNetV2 has pretrained weights for a few input sizes, and warns which it takes for the others.
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square:UserWarning")
@pytest.mark.parametrize("backbone_id", BACKBONE_IDS)
def test_network_is_as_catalog_and_keras_say(backbone_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _asked_for(monkeypatch, backbone_id)
    recipe = Recipe(backbone=backbone_id, weights="none", input_size=LARGEST_INPUT)

    network = network_module._built(BACKBONES[backbone_id], recipe)

    # The published file is the one that Keras itself would download.
    published = PUBLISHED.get(backbone_id)
    assert asked == ([] if published is None else [replace(published, size=0)])
    assert (BACKBONE_TITLES[backbone_id].download_bytes > 0) == (published is not None)
    # Each block ends at a layer that every path passes, in order, and the last one at or near the end.
    names = [step.name for step in network.operations]
    lasts = [last for _, last in BACKBONE_TITLES[backbone_id].blocks]
    assert set(lasts) <= _necks(network)
    assert [name for name in names if name in lasts] == lasts
    # A model of it can be saved and passes the checks when it is loaded, also the one for memory with room to spare.
    check_configuration(json.loads(json.dumps(keras.saving.serialize_keras_object(network))))
    assert photo_bytes(network, traced(network)) <= BUDGET_BYTES * 2 / 3


# One with a frozen convolution for preprocessing, one with arithmetic between layers. One with a custom layer is in
# `test_trusted_network`.
@pytest.mark.parametrize("backbone_id", ["vgg16", "mobilenetv3small"])
@pytest.mark.filterwarnings(KERAS_SAVE_WARNING)
def test_backbone_is_loaded_again_without_code_of_our_own(
    backbone_id: str, tmp_path: Path, expect_log: Callable[[str], None]
) -> None:
    # Without a function around it, which would take longer, the network traces one for each unusual convolution.
    expect_log("triggered tf.function retracing")
    backbone = BACKBONES[backbone_id]
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, backbone.build(32)(backbone.preprocess(inputs), training=False))
    path = tmp_path / "model.keras"
    model.save(path)

    with path.open("rb") as stream:
        check_keras_file(stream, MOST_BYTES)
    loaded = keras.saving.load_model(path, safe_mode=True)

    pixels = _pixels(32)
    expected = np.asarray(model(pixels, training=False))
    np.testing.assert_array_equal(np.asarray(loaded(pixels, training=False)), expected)
