"""The gradient of what follows the last maps is the one that TensorFlow computes."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tlgui.learning.backbones.weights import Weights
from tlgui.learning.inference.class_activation import activation_map
from tlgui.learning.model_file.trusted_graph import check_graph
from tlgui.learning.networks.builder import build_backbone, build_head, join
from tlgui.learning.networks.onnx_conversion import convert, sample_pictures
from tlgui.learning.networks.onnx_graph import encode
from tlgui.learning.networks.onnx_head import split_at_maps
from tlgui.learning.networks.onnx_runtime import OUTPUT, runner
from tlgui.learning.recipes.recipe import NO_WEIGHTS, SMALL_CNN, Head, Recipe

CLASSES = 4
LINEAR, HIDDEN = Head(), Head(dense_units=8)
SIGMOID = Head(dense_units=8, output="sigmoid")


def network(pooling: str, head: Head, backbone: str = SMALL_CNN) -> tuple[keras.Model, keras.Model, keras.Model]:
    """Return a network with random weights, its part up to the last maps, and what follows them."""
    recipe = replace(
        Recipe(backbone=backbone, weights=NO_WEIGHTS, input_size=64, cut_layer=""), pooling=pooling, head=head
    )
    base = build_backbone(recipe, Weights(None, "random"))
    top = build_head(recipe, base.output_shape[1:], CLASSES)
    pooled = base.get_layer("pooling")
    whole = join(base, top)
    maps = keras.Model(base.input, pooled.input)
    after = keras.Input(maps.output_shape[1:])
    return whole, maps, keras.Model(after, top(pooled(after)))


@pytest.mark.parametrize("pooling", ["average", "max", "flatten"])
@pytest.mark.parametrize("head", [LINEAR, HIDDEN, SIGMOID])
def test_gradient_and_map_are_those_of_tensorflow(pooling: str, head: Head) -> None:
    whole, maps_model, after = network(pooling, head)
    graph = convert(whole)
    assert graph is not None
    checked = check_graph(graph, 64, CLASSES)
    base, found = split_at_maps(checked.graph, checked.shapes, OUTPUT)
    assert base is not None
    assert found is not None
    pictures = sample_pictures(64)[:2]
    maps = runner(encode(base))(pictures)

    expected = np.asarray(maps_model(pictures))
    # Logarithms of the probabilities differ from what softmax takes by a constant, which the mean takes out.
    with tf.GradientTape() as tape:
        variable = tf.Variable(expected)
        scores = tf.math.log(after(variable, training=False))
        score = scores[:, 1] - tf.reduce_mean(scores, axis=1)
    slopes = np.asarray(tape.gradient(score, variable))

    np.testing.assert_allclose(maps.transpose(0, 2, 3, 1), expected, atol=1e-5)
    for place in range(len(pictures)):
        values = maps[place].astype(np.float64)
        np.testing.assert_allclose(found.outputs(values), np.asarray(whole(pictures))[place], atol=1e-5)
        gradient = found.gradient(values, 1)
        np.testing.assert_allclose(
            gradient.transpose(1, 2, 0) / np.abs(slopes).max(), slopes[place] / np.abs(slopes).max(), atol=1e-4
        )
        weights = slopes[place] if pooling == "flatten" else slopes[place].mean(axis=(0, 1))
        weighted = np.maximum((weights * expected[place]).sum(axis=-1), 0.0)
        np.testing.assert_allclose(activation_map(found, values, 1), weighted / weighted.max(), atol=1e-4)


def test_mean_of_the_map_of_a_linear_head_is_the_score_but_for_the_bias() -> None:
    whole, _, _ = network("average", LINEAR)
    graph = convert(whole)
    assert graph is not None
    checked = check_graph(graph, 64, CLASSES)
    base, head = split_at_maps(checked.graph, checked.shapes, OUTPUT)
    assert base is not None
    assert head is not None
    maps = runner(encode(base))(sample_pictures(64)[:1])[0].astype(np.float64)

    # As published: the maps weighted by the class's own row of the last layer.
    gradient = head.gradient(maps, 2) * maps.shape[1] * maps.shape[2]
    class_map = (gradient.mean(axis=(1, 2))[:, None, None] * maps).sum(axis=0)

    kernel, bias = (np.asarray(each) for each in whole.get_layer("head").get_layer("logits").get_weights())
    features = maps.mean(axis=(1, 2))
    score = features @ (kernel[:, 2] - kernel.mean(axis=1))
    assert class_map.mean() == pytest.approx(score, rel=1e-5)
    assert bias.shape == (CLASSES,)


@pytest.mark.parametrize("backbone", ["efficientnet-lite0", "mobilenetv3small", "convnexttiny", "vgg16", "densenet121"])
def test_maps_of_other_backbones_are_found(backbone: str) -> None:
    whole, maps_model, _ = network("average", LINEAR, backbone)
    graph = convert(whole)
    assert graph is not None
    checked = check_graph(graph, 64, CLASSES)
    base, head = split_at_maps(checked.graph, checked.shapes, OUTPUT)
    assert base is not None
    assert head is not None
    pictures = sample_pictures(64)[:1]

    maps = runner(encode(base))(pictures)

    expected = np.asarray(maps_model(pictures))
    np.testing.assert_allclose(maps.transpose(0, 2, 3, 1), expected, atol=1e-4 * np.abs(expected).max())
    outputs = head.outputs(maps[0].astype(np.float64))
    np.testing.assert_allclose(outputs, np.asarray(whole(pictures))[0], atol=1e-5)
