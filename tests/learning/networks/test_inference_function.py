"""Every runtime gives the same outputs, and a network runs in TensorFlow if it cannot be converted."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from tlgui.errors import StorageError
from tlgui.files import cache_folder
from tlgui.learning.networks import inference_function, onnx_conversion
from tlgui.learning.networks.inference_function import WORTH_CONVERTING, fast_function, frozen_function

SIZE = 32


def _network() -> keras.Model:
    """Return a network of the kinds of layers that backbones have, from RGB 0..255 to a map."""
    rgb = keras.Input((SIZE, SIZE, 3), name="rgb")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(layers.Rescaling(1 / 128)(rgb))
    shortcut = x = layers.ReLU(6.0)(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(5, padding="same", use_bias=False)(x)
    return keras.Model(rgb, layers.Add()([layers.BatchNormalization()(x), shortcut]))


@pytest.fixture(scope="module")
def network() -> keras.Model:
    return _network()


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 255, (21, SIZE, SIZE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def other() -> keras.Model:
    """Return a network with other weights."""
    return _network()


# To convert one takes a second, and gives the same each time.
_converted = functools.cache(onnx_conversion.converted_network)


@pytest.fixture(autouse=True)
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[keras.Model]:
    """Return a list that grows with each network that is onnx_conversion."""
    made: list[keras.Model] = []

    def counting(model: keras.Model) -> bytes:
        made.append(model)
        return _converted(model)

    monkeypatch.setattr(onnx_conversion, "converted_network", counting)
    return made


def _for_many(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    return fast_function(model, "a digest", WORTH_CONVERTING)


def _kept() -> Path:
    (path,) = (cache_folder() / "networks").iterdir()
    return path


def test_every_runtime_has_the_same_outputs(
    network: keras.Model, pictures: np.ndarray, conversions: list[keras.Model]
) -> None:
    run, frozen = _for_many(network), frozen_function(network)
    assert conversions == [network]

    for count in (1, 2, 7, 21):
        some = pictures[:count]
        fast = run(some)
        assert fast.dtype == np.float32
        assert fast.shape == (count, SIZE // 2, SIZE // 2, 8)
        np.testing.assert_allclose(fast, frozen(some), atol=1e-4)
        np.testing.assert_allclose(fast, np.asarray(network(some, training=False)), atol=1e-4)


def test_results_are_the_same_to_the_bit_each_time(network: keras.Model, pictures: np.ndarray) -> None:
    run = _for_many(network)
    first = run(pictures)

    for _ in range(3):
        np.testing.assert_array_equal(run(pictures), first)
    np.testing.assert_array_equal(_for_many(network)(pictures), first)


def test_converted_network_is_kept_and_used_for_few_pictures_too(
    network: keras.Model, pictures: np.ndarray, conversions: list[keras.Model]
) -> None:
    first = _for_many(network)(pictures)

    again = _for_many(network)(pictures)
    few = fast_function(network, "a digest", 1)(pictures)

    assert len(conversions) == 1
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(few, first)


def test_few_pictures_are_not_worth_a_conversion(
    network: keras.Model, pictures: np.ndarray, conversions: list[keras.Model]
) -> None:
    run = fast_function(network, "a digest", WORTH_CONVERTING - 1)

    assert conversions == []
    np.testing.assert_array_equal(run(pictures), frozen_function(network)(pictures))


def test_network_without_a_digest_is_not_kept(network: keras.Model, conversions: list[keras.Model]) -> None:
    fast_function(network, None, WORTH_CONVERTING)

    assert conversions == []
    assert not (cache_folder() / "networks").exists()


def test_network_with_very_many_weights_is_not_converted(
    network: keras.Model, conversions: list[keras.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference_function, "MOST_WEIGHTS", 100)

    _for_many(network)

    assert conversions == []


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_flip_a_bit, _cut, _empty])
def test_damaged_file_is_converted_again(
    damage: Callable[[Path], None],
    network: keras.Model,
    pictures: np.ndarray,
    conversions: list[keras.Model],
    cache_warnings: Callable[[], list[str]],
) -> None:
    expected = _for_many(network)(pictures)
    damage(_kept())

    found = _for_many(network)(pictures)

    assert len(conversions) == 2
    (warning,) = cache_warnings()
    assert "damaged" in warning
    np.testing.assert_array_equal(found, expected)
    _for_many(network)
    assert len(conversions) == 2


@pytest.mark.usefixtures("cache_warnings")
def test_what_was_kept_of_another_network_is_converted_again(
    network: keras.Model, other: keras.Model, pictures: np.ndarray, conversions: list[keras.Model]
) -> None:
    _for_many(network)

    found = _for_many(other)(pictures)

    assert conversions == [network, other]
    np.testing.assert_allclose(found, np.asarray(other(pictures, training=False)), atol=1e-4)


def test_other_weights_have_a_file_of_their_own(
    network: keras.Model, other: keras.Model, conversions: list[keras.Model]
) -> None:
    for _ in range(2):
        _for_many(network)
        fast_function(other, "another digest", WORTH_CONVERTING)

    assert conversions == [network, other]


def _expect_fall_back(network: keras.Model, pictures: np.ndarray) -> None:
    found = _for_many(network)(pictures)
    np.testing.assert_array_equal(found, frozen_function(network)(pictures))
    assert not list((cache_folder() / "networks").glob("*"))


def test_conversion_that_fails_falls_back(
    network: keras.Model, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_model: keras.Model) -> bytes:
        raise ValueError("no such operation")

    monkeypatch.setattr(onnx_conversion, "converted_network", refuse)

    _expect_fall_back(network, pictures)


def test_conversion_that_differs_falls_back(
    network: keras.Model, other: keras.Model, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_conversion, "converted_network", lambda _model: _converted(other))

    _expect_fall_back(network, pictures)


def test_missing_runtime_falls_back(
    network: keras.Model, pictures: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)

    _expect_fall_back(network, pictures)


def test_network_that_onnx_cannot_say_falls_back(pictures: np.ndarray, expect_log: Callable[[str], None]) -> None:
    expect_log("tf2onnx.*(not supported|Unsupported ops)")
    rgb = keras.Input((SIZE, SIZE, 3))
    network = keras.Model(rgb, keras.ops.fft2((rgb, rgb * 0))[0])

    _expect_fall_back(network, pictures)


@pytest.mark.usefixtures("cache_warnings")
def test_disk_that_refuses_costs_the_file_only(
    network: keras.Model, pictures: np.ndarray, conversions: list[keras.Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(onnx_conversion, "atomic_open", refuse)

    for count in (1, 2):
        found = _for_many(network)(pictures)
        assert len(conversions) == count
        np.testing.assert_allclose(found, np.asarray(network(pictures, training=False)), atol=1e-4)


def test_networks_not_used_for_longest_make_room(network: keras.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    _for_many(network)
    size = _kept().stat().st_size
    monkeypatch.setattr(onnx_conversion, "LARGEST_BYTES", int(2.5 * size))
    for number in range(3):
        fast_function(network, f"digest {number}", WORTH_CONVERTING)

    assert len(list((cache_folder() / "networks").iterdir())) == 2
    assert onnx_conversion.kept_network(network, "digest 2") is not None
    assert onnx_conversion.kept_network(network, "a digest") is None
