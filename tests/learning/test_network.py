"""Backbone, head and the two joined: what they take, what they give, and that the shipped network is the real one."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.learning.models import KERAS_SAVE_WARNING
from tlgui.errors import SettingError, WeightsError
from tlgui.learning.built_in import QUICK
from tlgui.learning.network import build_backbone, build_head, fast_function, join
from tlgui.learning.recipe import Head, Recipe

SMALL = Recipe(input_size=64)

# What EfficientNet-Lite0 says of the generated picture: every 160th of its 1280 features, their mean and deviation.
# Computed in 64-bit NumPy from the PyTorch tensors, by a rebuild of the network that shares no code with this one.
_FEATURES = [1.29492, 0.0, 0.0, 0.14268, 0.0, 0.04156, 0.0, 0.0]
_MEAN, _DEVIATION = 0.168697, 0.470368
_LARGEST = {113: 5.3024, 245: 3.6578, 989: 3.5949, 897: 3.3874}


@pytest.fixture(scope="module")
def backbone() -> keras.Model:
    return build_backbone(SMALL)


def _picture(size: int) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    channels = (x * 255 // (size - 1), y * 255 // (size - 1), (x * y // 7) % 256)
    return np.stack(channels, axis=-1)[np.newaxis].astype(np.float32)


def test_shipped_backbone_says_what_the_original_says() -> None:
    features = fast_function(build_backbone(QUICK))(_picture(224))[0]

    assert features.shape == (1280,)
    np.testing.assert_allclose(features[::160], _FEATURES, atol=1e-4)
    assert features.mean() == pytest.approx(_MEAN, abs=1e-5)
    assert features.std() == pytest.approx(_DEVIATION, abs=1e-5)
    for place, value in _LARGEST.items():
        assert features[place] == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(("pooling", "length"), [("average", 1280), ("max", 1280), ("flatten", 2 * 2 * 1280)])
def test_pooling_makes_a_vector(pooling: str, length: int) -> None:
    model = build_backbone(replace(SMALL, pooling=pooling))

    assert model.input_shape == (None, 64, 64, 3)
    assert model.output_shape == (None, length)
    assert not model.trainable_weights


def test_input_smaller_than_the_backbone_takes_is_refused() -> None:
    with pytest.raises(SettingError, match=r"InceptionV3 needs an input size of at least 75 pixels; it is 74\."):
        build_backbone(Recipe(backbone="inceptionv3", input_size=74))


def test_missing_weights_are_said_before_anything_is_built() -> None:
    with pytest.raises(WeightsError, match="VGG16"):
        build_backbone(Recipe(backbone="vgg16"))


def test_head_starts_alike_for_a_seed_and_differently_for_another() -> None:
    def weights(seed: int) -> list[np.ndarray]:
        head = build_head(Recipe(head=Head(dense_units=8, dropout=0.5), seed=seed), (20,), 3)
        return [np.asarray(weight) for weight in head.get_weights()]

    first, again, other = weights(1), weights(1), weights(2)

    assert [weight.shape for weight in first] == [(20, 8), (8,), (8, 3), (3,)]
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).all()
    assert (first[2] != other[2]).all()


def test_head_without_hidden_layer_is_one_layer() -> None:
    head = build_head(Recipe(), (20,), 4)

    assert [weight.shape for weight in head.weights] == [(20, 4), (4,)]


def test_joined_model_takes_pixels_and_gives_probabilities(backbone: keras.Model) -> None:
    model = join(backbone, build_head(SMALL, (1280,), 3))
    run = fast_function(model)
    pixels = np.random.default_rng(1).uniform(0, 255, (3, 64, 64, 3)).astype(np.float32)

    probabilities = run(pixels)

    assert probabilities.shape == (3, 3)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    # Any number of pictures at a time, each for itself.
    np.testing.assert_allclose(run(pixels[1:2])[0], probabilities[1], atol=1e-5)
    np.testing.assert_allclose(model.predict_on_batch(pixels), probabilities, atol=1e-5)


@pytest.mark.filterwarnings(KERAS_SAVE_WARNING)
def test_joined_model_is_loaded_again_in_safe_mode(backbone: keras.Model, tmp_path: Path) -> None:
    model = join(backbone, build_head(replace(SMALL, head=Head(dense_units=8, dropout=0.5)), (1280,), 3))
    pixels = np.random.default_rng(1).uniform(0, 255, (2, 64, 64, 3)).astype(np.float32)

    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)

    np.testing.assert_allclose(loaded.predict_on_batch(pixels), fast_function(model)(pixels), atol=1e-5)


def test_backbone_is_in_inference_mode_whoever_calls_it(backbone: keras.Model) -> None:
    pixels = _picture(64)
    before = [np.asarray(weight).copy() for weight in backbone.get_weights()]

    features = np.asarray(backbone(pixels, training=True))

    np.testing.assert_allclose(features, fast_function(backbone)(pixels), atol=1e-4)
    for old, new in zip(before, backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
