"""A network says the same in both runtimes, and runs in TensorFlow if it cannot be converted."""

import sys
from collections.abc import Callable

import keras
import numpy as np
import pytest
from keras import layers

from tlgui.learning.networks.inference_function import fast_function, frozen_function

SIZE = 32


@pytest.fixture(scope="module")
def network() -> keras.Model:
    """Return a network of the kinds of layers that backbones have, from RGB 0..255 to a map."""
    rgb = keras.Input((SIZE, SIZE, 3), name="rgb")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(layers.Rescaling(1 / 128)(rgb))
    shortcut = x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(x)
    return keras.Model(rgb, layers.Add()([layers.BatchNormalization()(x), shortcut]))


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (21, SIZE, SIZE, 3)).astype(np.float32)


@pytest.mark.parametrize("count", [1, 2, 7, 21])
def test_both_runtimes_have_the_same_outputs(count: int, network: keras.Model, pictures: np.ndarray) -> None:
    some = pictures[:count]
    fast = fast_function(network)(some)

    assert fast.dtype == np.float32
    assert fast.shape == (count, SIZE // 2, SIZE // 2, 8)
    np.testing.assert_allclose(fast, frozen_function(network)(some), atol=1e-5)


def test_results_are_the_same_to_the_bit_each_time(network: keras.Model, pictures: np.ndarray) -> None:
    run = fast_function(network)
    first = run(pictures)

    for _ in range(3):
        np.testing.assert_array_equal(run(pictures), first)
    np.testing.assert_array_equal(fast_function(network)(pictures), first)


def test_network_that_cannot_be_converted_runs_in_tensorflow(pictures: np.ndarray) -> None:
    rgb = keras.Input((SIZE, SIZE, 3))
    network = keras.Model(rgb, keras.ops.fft2((rgb, rgb * 0))[0])

    np.testing.assert_array_equal(fast_function(network)(pictures), frozen_function(network)(pictures))


def test_without_the_runtime_networks_run_in_tensorflow(
    network: keras.Model, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    expect_log("The converted network cannot be run")

    np.testing.assert_array_equal(fast_function(network)(pictures), frozen_function(network)(pictures))
