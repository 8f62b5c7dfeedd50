"""Networks of every backbone and every recipe say as ONNX what they say in Keras."""

from collections.abc import Callable
from dataclasses import replace

import keras
import numpy as np
import onnx
import pytest
from keras import layers

from tlgui.learning.backbones.registry import BACKBONES
from tlgui.learning.backbones.weights import Weights
from tlgui.learning.model_file.trusted_graph import check_graph
from tlgui.learning.networks import onnx_conversion
from tlgui.learning.networks.builder import build_backbone, build_head, join, split_backbone
from tlgui.learning.networks.inference_function import traced
from tlgui.learning.networks.needed_memory import photo_bytes
from tlgui.learning.networks.onnx_builder import UnknownLayerError
from tlgui.learning.networks.onnx_conversion import agree, convert, converted, sample_pictures
from tlgui.learning.networks.onnx_graph import decode, encode
from tlgui.learning.networks.onnx_runtime import runner
from tlgui.learning.recipes.built_in import BUILT_IN, THOROUGH
from tlgui.learning.recipes.recipe import NO_WEIGHTS, Head, Recipe

CLASSES = 5
SMALL = "small-cnn"


def livened(model: keras.Model) -> keras.Model:
    """Give batch normalisation statistics as if the network had been trained: new ones would hide mistakes."""
    random = np.random.default_rng(0)
    for layer in model._flatten_layers():
        if isinstance(layer, layers.BatchNormalization):
            *others, variance = layer.get_weights()
            changed = [values + random.normal(0, 0.1, values.shape) for values in others]
            layer.set_weights([*changed, variance + random.uniform(0, 0.5, variance.shape)])
    return model


def network_of(recipe: Recipe) -> keras.Model:
    """Build a recipe's whole network with random weights, at its smallest size."""
    size = max(40, BACKBONES[recipe.backbone].smallest_size)
    small = replace(recipe, weights=NO_WEIGHTS, input_size=size)
    backbone = livened(build_backbone(small, Weights(None, "random")))
    return join(backbone, build_head(small, backbone.output_shape[1:], CLASSES))


def largest_difference(model: keras.Model, graph: bytes) -> float:
    pictures = sample_pictures(model.input_shape[1])
    return float(np.abs(runner(graph)(pictures) - np.asarray(model(pictures, training=False))).max())


@pytest.mark.parametrize("name", BUILT_IN)
def test_network_of_every_recipe_says_the_same(name: str) -> None:
    model = network_of(BUILT_IN[name])

    graph = convert(model)

    assert graph is not None
    assert largest_difference(model, graph) < 1e-5
    # The model file's checks accept it, and expect about the memory that Keras's graph would need.
    checked = check_graph(graph, model.input_shape[1], CLASSES)
    assert 0.3 < checked.photo_bytes / photo_bytes(model, traced(model)) < 3


@pytest.mark.parametrize("pooling", ["average", "max", "flatten"])
def test_features_are_what_the_head_gets(pooling: str) -> None:
    model = network_of(replace(BUILT_IN[SMALL], pooling=pooling))
    graph = convert(model)
    assert graph is not None
    pictures = sample_pictures(model.input_shape[1])
    layer = model.get_layer("pooling")
    taken, maps = map(np.asarray, keras.Model(model.input, [layer.output, layer.input])(pictures, training=False))

    probabilities, features = runner(graph).run(pictures, ["output", "features"])

    np.testing.assert_allclose(features, maps.mean(axis=(1, 2)) if pooling == "flatten" else taken, atol=1e-4)
    assert features.shape == (len(pictures), maps.shape[-1])
    np.testing.assert_array_equal(probabilities, runner(graph)(pictures))


def test_other_features_are_not_used(expect_log: Callable[[str], None]) -> None:
    model = network_of(replace(BUILT_IN[SMALL], head=Head(dense_units=8, output="softmax")))
    graph = converted(model)
    (features,) = graph.more_outputs
    other = next(node.output for node in graph.nodes if node.operator == "Relu" and node.inputs[0] != features.name)
    swapped = encode(replace(graph, more_outputs=(replace(features, name=other),)))
    assert agree(runner(encode(graph)), model)
    expect_log("The converted network differs")
    assert not agree(runner(swapped), model)


def test_a_network_without_a_head_has_one_output() -> None:
    model = network_of(BUILT_IN[SMALL])
    assert converted(keras.Model(model.input, model.get_layer("pooling").output)).more_outputs == ()


@pytest.mark.parametrize("backbone", [name for name in BACKBONES if name not in {"vgg19", "efficientnetv2s"}])
def test_every_backbone_says_the_same(backbone: str) -> None:
    model = network_of(Recipe(backbone=backbone, head=Head(dense_units=8, output="sigmoid")))

    graph = convert(model)

    # It has compared outputs and features of both networks itself; that it does is tested above and below.
    assert graph is not None
    assert encode(check_graph(graph, model.input_shape[1], CLASSES).graph) == graph


def test_fine_tuned_network_says_the_same() -> None:
    recipe = replace(THOROUGH, weights=NO_WEIGHTS, input_size=64)
    backbone = livened(build_backbone(recipe, Weights(None, "random")))
    base, top = split_backbone(backbone, recipe, recipe.fine_tuning.from_block)
    head = build_head(recipe, backbone.output_shape[1:], CLASSES)
    before = convert(join(backbone, head))
    top.set_weights([weights * 1.01 for weights in top.get_weights()])

    model = join(backbone, head)
    graph, frozen = convert(model), convert(base)

    assert graph is not None
    assert graph != before
    assert largest_difference(model, graph) < 1e-5
    # The frozen base gives maps, as Keras has them.
    assert frozen is not None
    assert largest_difference(base, frozen) < 1e-5


def test_file_is_as_onnx_wants_it() -> None:
    graph = convert(network_of(BUILT_IN[SMALL]))
    assert graph is not None

    read = onnx.load_from_string(graph)

    onnx.checker.check_model(read, full_check=True)
    assert [each.domain for each in read.opset_import] == [""]
    assert [each.name for each in (*read.graph.input, *read.graph.output)] == ["rgb", "output", "features"]
    assert read.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert encode(decode(graph)) == graph


def _leaky(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.LeakyReLU()(x)


def _with_and_without(x: keras.KerasTensor) -> keras.KerasTensor:
    before = layers.Conv2D(3, 1)(x)
    return layers.Add()([layers.BatchNormalization()(before), before])


def _over_height(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Softmax(axis=1)(x)


def _rows(x: keras.KerasTensor) -> keras.KerasTensor:
    return layers.Dense(4)(layers.Reshape((64, 3))(x))


@pytest.mark.parametrize("change", [_leaky, _with_and_without, _over_height, _rows])
def test_layers_that_are_not_converted_are_said_so(change: Callable[[keras.KerasTensor], keras.KerasTensor]) -> None:
    rgb = keras.Input((8, 8, 3))
    model = keras.Model(rgb, change(rgb))

    with pytest.raises(UnknownLayerError):
        converted(model)
    assert convert(model) is None


def test_what_differs_is_not_used(monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]) -> None:
    model, other = network_of(BUILT_IN[SMALL]), network_of(replace(BUILT_IN["small-cnn"], seed=7))
    wrong = converted(other)
    monkeypatch.setattr(onnx_conversion, "converted", lambda _: wrong)
    expect_log("The converted network differs")

    assert convert(model) is None


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("size", [17, 32])
@pytest.mark.parametrize(
    "make",
    [
        lambda padding: layers.Conv2D(6, 3, strides=2, padding=padding, groups=3),
        lambda padding: layers.Conv2D(4, 3, padding=padding, dilation_rate=2, activation="silu"),
        lambda padding: layers.DepthwiseConv2D(5, strides=2, padding=padding, depth_multiplier=2),
        lambda padding: layers.SeparableConv2D(4, 3, strides=2, padding=padding, depth_multiplier=2),
        lambda padding: layers.MaxPooling2D(3, strides=2, padding=padding),
        lambda padding: layers.AveragePooling2D(3, strides=2, padding=padding),
    ],
    ids=["grouped", "dilated", "depthwise", "separable", "largest", "average"],
)
def test_windows_slide_alike(make: Callable[[str], keras.Layer], size: int, padding: str) -> None:
    rgb = keras.Input((size, size, 3))
    model = keras.Model(rgb, make(padding)(layers.Rescaling(1 / 128, -1)(rgb)))

    graph = convert(model)

    assert graph is not None
    assert largest_difference(model, graph) < 1e-5


def test_zeros_around_a_map_are_zeros_when_its_largest_are_pooled() -> None:
    """ONNX Runtime would make the padding part of the pooling, which ignores it."""
    rgb = keras.Input((8, 8, 3))
    model = keras.Model(rgb, layers.MaxPooling2D(2)(layers.ZeroPadding2D(1)(layers.Rescaling(-1 / 128)(rgb))))

    graph = convert(model)

    assert graph is not None
    assert runner(graph)(np.full((1, 8, 8, 3), 255, np.float32)).max() == 0
