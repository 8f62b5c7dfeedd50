"""Backbone, head and the joined model: inputs, outputs, and that the shipped network is the original one."""

from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.learning.models import KERAS_SAVE_WARNING
from tlgui.errors import SettingError
from tlgui.learning.backbones.weights import find_weights
from tlgui.learning.model_file.archive import MOST_BYTES
from tlgui.learning.model_file.trusted_layers import check_keras_file
from tlgui.learning.networks.builder import build_backbone, build_head, join, split_backbone
from tlgui.learning.networks.inference_function import fast_function
from tlgui.learning.recipes.built_in import BUILT_IN, INCEPTION_MIXED7, SMALL_FROM_SCRATCH, VGG16_BOTTLENECK
from tlgui.learning.recipes.recipe import (
    EMBEDDED_BACKBONE,
    FROM_START,
    LARGER_BACKBONE,
    NO_WEIGHTS,
    SHIPPED_BACKBONES,
    SMALL_CNN,
    FineTuning,
    Head,
    Recipe,
)
from tlgui.progress import JobContext

SMALL = Recipe(input_size=64)
RANDOM = Recipe(input_size=32, weights=NO_WEIGHTS)


@dataclass(frozen=True)
class _Outputs:
    """Outputs of a shipped network for the generated picture.

    They were computed in 64-bit NumPy from the PyTorch tensors, by a rebuild of the network that shares no code with
    this one.
    """

    size: int
    every_160th: tuple[float, ...]
    mean: float
    deviation: float
    largest: dict[int, float]


_ORIGINALS = {
    EMBEDDED_BACKBONE: _Outputs(
        224,
        (1.29492, 0.0, 0.0, 0.14268, 0.0, 0.04156, 0.0, 0.0),
        0.168697,
        0.470368,
        {113: 5.3024, 245: 3.6578, 989: 3.5949, 897: 3.3874},
    ),
    LARGER_BACKBONE: _Outputs(
        260,
        (0.0, 0.50531, 0.14641, 2.14497, 0.23275, 0.0, 0.00931, 0.00804),
        0.141183,
        0.386141,
        {302: 4.1849, 1117: 3.3458, 964: 3.2467, 1145: 3.1518},
    ),
}


def _built(recipe: Recipe) -> keras.Model:
    return build_backbone(recipe, find_weights(recipe, JobContext()))


@pytest.fixture(scope="module")
def backbone() -> keras.Model:
    return _built(SMALL)


def _pixels(size: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (4, size, size, 3)).astype(np.float32)


def _picture(size: int) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    channels = (x * 255 // (size - 1), y * 255 // (size - 1), (x * y // 7) % 256)
    return np.stack(channels, axis=-1)[np.newaxis].astype(np.float32)


@pytest.mark.parametrize("backbone_id", sorted(SHIPPED_BACKBONES))
def test_shipped_backbone_has_the_outputs_of_the_original(backbone_id: str) -> None:
    original = _ORIGINALS[backbone_id]
    network = _built(Recipe(backbone=backbone_id, input_size=original.size))

    features = np.asarray(network(_picture(original.size)))[0]

    assert features.shape == (1280,)
    np.testing.assert_allclose(features[::160], original.every_160th, atol=1e-4)
    assert features.mean() == pytest.approx(original.mean, abs=1e-5)
    assert features.std() == pytest.approx(original.deviation, abs=1e-5)
    for place, value in original.largest.items():
        assert features[place] == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(("pooling", "length"), [("average", 64), ("max", 64), ("flatten", 7 * 7 * 64)])
def test_pooling_makes_a_vector(pooling: str, length: int) -> None:
    model = _built(replace(SMALL, backbone="small-cnn", weights=NO_WEIGHTS, pooling=pooling))

    assert model.input_shape == (None, 64, 64, 3)
    assert model.output_shape == (None, length)
    assert not model.trainable_weights


def test_input_smaller_than_the_backbone_takes_is_refused() -> None:
    with pytest.raises(SettingError, match=r"InceptionV3 needs an input size of at least 75 pixels; it is 74\."):
        _built(Recipe(backbone="inceptionv3", weights=NO_WEIGHTS, input_size=74))


# The shapes that the tutorials state.
@pytest.mark.parametrize(
    ("recipe", "shape"),
    [
        (INCEPTION_MIXED7, (7, 7, 768)),
        (VGG16_BOTTLENECK, (4, 4, 512)),
        (SMALL_FROM_SCRATCH, (17, 17, 64)),
        (replace(VGG16_BOTTLENECK, cut_layer="block4"), (9, 9, 512)),
        (replace(VGG16_BOTTLENECK, cut_layer="block3_conv1"), (37, 37, 256)),
    ],
    ids=["InceptionV3 at mixed7", "VGG16", "small CNN", "VGG16 at block4", "VGG16 at a layer"],
)
def test_cut_gives_the_documented_shape(recipe: Recipe, shape: tuple[int, ...]) -> None:
    model = _built(replace(recipe, weights=NO_WEIGHTS))

    assert recipe.input_size == 150
    assert model.get_layer("pooling").input.shape == (None, *shape)
    assert model.output_shape == (None, np.prod(shape))


@pytest.mark.parametrize("name", [name for name, recipe in BUILT_IN.items() if recipe.fine_tuning.from_block])
def test_block_of_a_built_in_recipe_can_be_trained(name: str) -> None:
    # One of them offers fine-tuning without doing it.
    recipe = replace(BUILT_IN[name], weights=NO_WEIGHTS, input_size=32)

    base, top = split_backbone(_built(recipe), recipe, recipe.fine_tuning.from_block)

    assert not base.trainable_weights
    assert top.trainable_weights
    assert top.input_shape == base.output_shape


def test_cut_at_an_unknown_layer_lists_what_there_is() -> None:
    recipe = Recipe(backbone="vgg16", weights=NO_WEIGHTS, input_size=32, cut_layer="blok4_conv3")

    with pytest.raises(SettingError, match="VGG16 has no block or layer “blok4_conv3”") as caught:
        _built(recipe)

    assert "block1, block2, block3, block4, block5" in caught.value.hint
    assert "block4_conv3" in caught.value.hint


def test_random_weights_depend_on_the_seed_alone() -> None:
    recipe = replace(RANDOM, backbone="mobilenetv3small")
    first, again = _built(recipe), _built(recipe)
    one_seed, other_seed = (_built(replace(RANDOM, backbone=SMALL_CNN, seed=seed)).get_weights() for seed in (1, 2))

    # The names too: without that, a recipe's cut layer would be another one in each session.
    inner = [next(layer for layer in model.layers if isinstance(layer, keras.Model)) for model in (first, again)]
    assert [step.name for step in inner[0].operations] == [step.name for step in inner[1].operations]
    for one, two in zip(first.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert any((one != two).any() for one, two in zip(one_seed, other_seed, strict=True))


@pytest.mark.parametrize("from_block", ["", "block1", "block2", "block6", "block7"])
def test_top_after_base_has_the_outputs_of_the_backbone(backbone: keras.Model, from_block: str) -> None:
    base, top = split_backbone(backbone, SMALL, from_block)
    pixels = _pixels(64)

    features = np.asarray(top(base(pixels), training=False))

    np.testing.assert_allclose(features, np.asarray(backbone(pixels)), atol=1e-5)
    assert features.std() > 0.1
    assert not base.trainable_weights


@pytest.mark.parametrize(
    ("recipe", "listed"),
    [
        (replace(RANDOM, backbone="vgg16"), "block1, block2, block3, block4, block5"),
        (replace(RANDOM, backbone="vgg16", cut_layer="block3_conv1"), "block1, block2, block3"),
        # Nothing is left of a block that begins where the network is cut.
        (replace(RANDOM, backbone="vgg16", cut_layer="block2"), "block1, block2"),
    ],
)
def test_unknown_block_is_refused_with_those_there_are(recipe: Recipe, listed: str) -> None:
    with pytest.raises(SettingError, match=r"VGG16.* has no block “mixed7”") as caught:
        split_backbone(_built(recipe), recipe, "mixed7")

    assert f"Choose one of {listed}, or leave it empty" in caught.value.hint


def _step(base: keras.Model, top: keras.Model) -> list[str]:
    """Train the top one step; return the names of the weights that a gradient reached."""
    maps = tf.constant(base(_pixels(32)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(top(maps, training=True) - 1.0))
    weights = top.trainable_weights
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    keras.optimizers.SGD(0.1).apply(gradients, weights)
    return [weight.path for weight, gradient in zip(weights, gradients, strict=True) if np.any(gradient)]


def _values(model: keras.Model) -> dict[str, np.ndarray]:
    return {weight.path: np.asarray(weight).copy() for weight in model.weights}


def _changed(model: keras.Model, before: dict[str, np.ndarray]) -> set[str]:
    return {weight.path for weight in model.weights if (np.asarray(weight) != before[weight.path]).any()}


def test_training_the_top_changes_nothing_that_is_frozen() -> None:
    recipe = replace(SMALL, input_size=32)
    backbone = _built(recipe)
    base, top = split_backbone(backbone, recipe, "block6")
    before = _values(backbone)
    expected = np.asarray(base(_pixels(32)))

    reached = _step(base, top)

    changed = _changed(backbone, before)
    assert changed == set(reached) == {weight.path for weight in top.trainable_weights}
    assert changed == {path for path in _values(top) if "_bn/" not in path}
    np.testing.assert_array_equal(np.asarray(base(_pixels(32))), expected)
    # The backbone has the trained weights, with batch normalisation in inference mode.
    features = np.asarray(backbone(_pixels(32), training=True))
    np.testing.assert_allclose(features, np.asarray(top(base(_pixels(32)), training=False)), atol=1e-5)


def test_network_trained_from_scratch_trains_its_normalisation_too() -> None:
    recipe = replace(RANDOM, fine_tuning=FineTuning(when=FROM_START))
    backbone = _built(recipe)
    base, top = split_backbone(backbone, recipe, "")
    before = _values(backbone)

    reached = _step(base, top)

    assert set(reached) == {weight.path for weight in top.trainable_weights}
    assert _changed(backbone, before) == set(before)


def test_pretrained_network_keeps_its_normalisation_from_the_start_on(backbone: keras.Model) -> None:
    recipe = replace(SMALL, fine_tuning=FineTuning(when=FROM_START))

    _, top = split_backbone(backbone, recipe, "block7")

    assert not any("_bn/" in weight.path for weight in top.trainable_weights)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_probabilities_are_made_of_the_logits(output: str) -> None:
    head = build_head(Recipe(head=Head(output=output)), (20,), 4)
    logits = keras.Model(head.input, head.get_layer("logits").output)
    features = np.random.default_rng(1).normal(size=(5, 20)).astype(np.float32) * 3
    numbers = np.asarray(logits(features), np.float64)

    probabilities = np.asarray(head(features))

    certainties = 1 / (1 + np.exp(-numbers)) if output == "sigmoid" else np.exp(numbers)
    np.testing.assert_allclose(probabilities, certainties / certainties.sum(axis=1, keepdims=True), atol=1e-6)


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
    head = build_head(Recipe(head=Head(feature_dropout=0.5)), (20,), 4)

    assert [weight.shape for weight in head.weights] == [(20, 4), (4,)]
    assert [type(layer).__name__ for layer in head.layers] == ["InputLayer", "Dense", "Softmax"]


def test_features_are_dropped_in_front_of_the_hidden_layer() -> None:
    head = build_head(Recipe(head=Head(dense_units=8, dropout=0.5, feature_dropout=0.25)), (20,), 4)

    dropped = [(layer.name, layer.rate) for layer in head.layers if isinstance(layer, keras.layers.Dropout)]
    assert dropped == [("feature_dropout", 0.25), ("dropout", 0.5)]
    assert [layer.name for layer in head.layers].index("feature_dropout") == 1


@pytest.fixture
def tiny() -> keras.Model:
    return _built(replace(RANDOM, backbone="small-cnn"))


def test_joined_model_takes_pixels_and_gives_probabilities(tiny: keras.Model) -> None:
    model = join(tiny, build_head(RANDOM, tiny.output_shape[1:], 3))
    run = fast_function(model)
    pixels = _pixels(32)

    probabilities = run(pixels)

    assert probabilities.shape == (4, 3)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    # Any number of pictures at a time, each independent of the others.
    np.testing.assert_allclose(run(pixels[1:2])[0], probabilities[1], atol=1e-5)
    np.testing.assert_allclose(np.asarray(model(pixels, training=False)), probabilities, atol=1e-5)


@pytest.mark.filterwarnings(KERAS_SAVE_WARNING)
def test_joined_model_is_loaded_again_in_safe_mode(tiny: keras.Model, tmp_path: Path) -> None:
    head = Head(dense_units=8, dropout=0.5, output="sigmoid")
    model = join(tiny, build_head(replace(RANDOM, head=head), tiny.output_shape[1:], 3))
    model.save(tmp_path / "model.keras")

    with (tmp_path / "model.keras").open("rb") as stream:
        check_keras_file(stream, MOST_BYTES)
    loaded = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)

    pixels = _pixels(32)
    np.testing.assert_allclose(np.asarray(loaded(pixels, training=False)), fast_function(model)(pixels), atol=1e-5)


def test_backbone_is_in_inference_mode_when_called_for_training(backbone: keras.Model) -> None:
    pixels = _picture(64)
    before = [np.asarray(weight).copy() for weight in backbone.get_weights()]

    features = np.asarray(backbone(pixels, training=True))

    np.testing.assert_allclose(features, np.asarray(backbone(pixels, training=False)), atol=1e-4)
    for old, new in zip(before, backbone.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
