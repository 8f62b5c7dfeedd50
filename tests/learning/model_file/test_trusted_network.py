"""Models whose network needs more than the file holds, or than any network needs: refused before allocation."""

import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import h5py
import keras
import numpy as np
import psutil
import pytest
from keras import layers
from keras.src.applications.convnext import ConvNeXt

from tests.learning.models import (
    KERAS_SAVE_WARNING,
    SIZE,
    Json,
    change_manifest,
    change_network,
    members_of,
    rewrite,
    small_network,
    some_summary,
    zip_bytes,
)
from tlgui.errors import ModelFileError
from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.backbones.weights import Weights
from tlgui.learning.model_file.archive import read_summary
from tlgui.learning.model_file.prediction_model import BATCH_SIZE
from tlgui.learning.model_file.tlmodel import load_model, read_network, write_model
from tlgui.learning.model_file.trusted_layers import check_configuration
from tlgui.learning.networks.builder import build_backbone, build_head, join
from tlgui.learning.networks.inference_function import fast_function, traced
from tlgui.learning.networks.memory_budget import BUDGET_BYTES
from tlgui.learning.networks.needed_memory import photo_bytes
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import LARGEST_INPUT, NO_WEIGHTS, SMALL_CNN, Head, Recipe

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

CNN = Recipe(backbone=SMALL_CNN, weights=NO_WEIGHTS, input_size=SIZE, pooling="flatten", head=Head(dense_units=64))

Step = Callable[[keras.KerasTensor], keras.KerasTensor]
# Far less than the networks here would allocate.
_LITTLE_BYTES = 150 * 2**20


def _refusal(path: Path) -> ModelFileError:
    """Return the error for a model, having checked that little memory was allocated."""
    process = psutil.Process()
    before = process.memory_info().rss
    with pytest.raises(ModelFileError) as caught:
        load_model(path)
    assert process.memory_info().rss - before < _LITTLE_BYTES
    assert path.name in caught.value.message
    assert caught.value.hint
    return caught.value


def _written(path: Path, make: Step) -> Path:
    rgb = keras.Input((SIZE, SIZE, 3), name="rgb")
    network = keras.Model(rgb, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling2D()(make(rgb))))
    write_model(path, network, some_summary(path))
    return path


def _doubled(maps: keras.KerasTensor) -> keras.KerasTensor:
    for _ in range(20):
        maps = layers.Concatenate()([maps, maps])
    return layers.Reshape((SIZE * SIZE * 2**20, 1, 3))(maps)


@pytest.mark.parametrize(
    "make",
    [
        layers.UpSampling2D(800),
        layers.ZeroPadding2D(12_000),
        layers.Resizing(24_000, 24_000),
        _doubled,
    ],
    ids=["up-sampling", "padding", "resizing", "doubled"],
)
def test_network_that_makes_huge_maps_is_refused(make: Step, tmp_path: Path) -> None:
    problem = _refusal(_written(tmp_path / "birds.tlmodel", make))

    assert "GB of memory to name one photo" in problem.message


def test_network_that_multiplies_photos_is_refused(tmp_path: Path) -> None:
    def doubled(maps: keras.KerasTensor) -> keras.KerasTensor:
        for _ in range(22):
            maps = layers.Concatenate(axis=0)([maps, maps])
        return maps

    assert "mixes photos" in _refusal(_written(tmp_path / "birds.tlmodel", doubled)).message


def _network_of(inner: Json, calls: int) -> Json:
    """Return the configuration of a network that calls another one so many times."""
    layer = {**inner, "inbound_nodes": [{"args": []}] * calls}
    return {"module": "keras", "class_name": "Functional", "registered_name": None, "config": {"layers": [layer]}}


_RELU: Json = {"module": "keras.layers", "class_name": "ReLU", "registered_name": None, "config": {}}


def test_network_of_networks_that_is_built_again_and_again_is_refused() -> None:
    check_configuration(_network_of(_network_of(_network_of(_RELU, 10), 10), 10))

    with pytest.raises(UntrustedError, match="more parts"):
        check_configuration(_network_of(_network_of(_network_of(_RELU, 20), 20), 20))


def test_networks_deep_inside_each_other_are_refused(tmp_path: Path) -> None:
    def nested(maps: keras.KerasTensor) -> keras.KerasTensor:
        step: Step = layers.ReLU()
        for _ in range(6):
            rgb = keras.Input((SIZE, SIZE, 3))
            step = keras.Model(rgb, step(rgb))
        return step(maps)

    assert "more parts" in _refusal(_written(tmp_path / "birds.tlmodel", nested)).message


def test_network_where_no_layer_belongs_is_refused() -> None:
    network = _network_of({**_RELU, "config": {"negative_slope": _network_of(_RELU, 1)}}, 1)

    with pytest.raises(UntrustedError, match="makes no sense"):
        check_configuration(network)


@pytest.mark.parametrize(
    "layers_of_it",
    [None, "text", [1], [{"class_name": "Functional", "module": "keras", "config": []}], [{"inbound_nodes": 1}]],
)
def test_network_whose_layers_are_none_is_refused(layers_of_it: object) -> None:
    with pytest.raises(UntrustedError, match="makes no sense"):
        check_configuration({"module": "keras", "class_name": "Functional", "config": {"layers": layers_of_it}})


def test_deep_or_endless_configuration_is_refused() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    for config in (deep, [[0] * 1000] * 1001):
        with pytest.raises(UntrustedError, match="more parts"):
            check_configuration(config)


@pytest.mark.parametrize("units", [60_000_000, 10**12, 10**30])
def test_layer_larger_than_its_weights_is_refused(units: int, model_path: Path) -> None:
    def enlarge(config: Json) -> None:
        head = next(layer for layer in config["config"]["layers"] if layer["name"] == "head")
        for layer in head["config"]["layers"]:
            if layer["class_name"] == "Dense":
                layer["config"]["units"] = units

    change_network(model_path, enlarge)

    _refusal(model_path)


def test_weights_that_lie_about_their_size_are_refused(model_path: Path) -> None:
    inner = model_path.with_suffix(".keras")
    inner.write_bytes(members_of(model_path)["model.keras"])
    members = members_of(inner)
    weights = io.BytesIO(members["model.weights.h5"])
    with h5py.File(weights, "a") as file:
        group = file["layers/conv2d/vars"]
        del group["0"]
        group.create_dataset("0", (3, 3, 3, 10**9), np.float32)

    rewrite(model_path, {"model.keras": zip_bytes({**members, "model.weights.h5": weights.getvalue()})})

    assert "promises more numbers" in _refusal(model_path).message


def test_weights_that_lie_in_another_file_are_refused(model_path: Path) -> None:
    inner = model_path.with_suffix(".keras")
    inner.write_bytes(members_of(model_path)["model.keras"])
    members = members_of(inner)
    weights = io.BytesIO(members["model.weights.h5"])
    with h5py.File(weights, "a") as file:
        group = file["layers/conv2d/vars"]
        del group["0"]
        group.create_dataset("0", (3, 3, 3, 8), np.float32, external=[("/etc/passwd", 0, 864)])

    rewrite(model_path, {"model.keras": zip_bytes({**members, "model.weights.h5": weights.getvalue()})})

    assert "another file" in _refusal(model_path).message


def test_input_beyond_all_recipes_is_refused(model_path: Path) -> None:
    change_manifest(model_path, "input_size", LARGEST_INPUT + 1)

    assert str(LARGEST_INPUT) in _refusal(model_path).message


def test_computer_with_too_little_memory_says_so(model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=1000))

    problem = _refusal(model_path)

    assert "this computer has 0.0 GB" in problem.message
    assert "more memory" in problem.hint


# --- weights that are not finite


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_refused(number: float, model_path: Path, tmp_path: Path) -> None:
    network, inner = small_network(), tmp_path / "inner.keras"
    weights = network.get_weights()
    weights[-1][0] = number
    network.set_weights(weights)
    network.save(inner)
    path = rewrite(model_path, {"model.keras": inner.read_bytes()})

    problem = _refusal(path)

    assert "no finite numbers" in problem.message
    assert "train the model again" in problem.hint
    with pytest.raises(ModelFileError):
        read_network(path)


def test_answers_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    network, path = small_network(), tmp_path / "birds.tlmodel"
    # Each of them is a number, their products are none.
    network.set_weights([np.full_like(weight, 3e38) for weight in network.get_weights()])
    write_model(path, network, some_summary(path))

    assert "no probabilities" in _refusal(path).message


def test_answers_that_are_no_probabilities_are_refused(tmp_path: Path) -> None:
    rgb, path = keras.Input((SIZE, SIZE, 3)), tmp_path / "birds.tlmodel"
    network = keras.Model(rgb, layers.Dense(3, activation="exponential")(layers.GlobalAveragePooling2D()(rgb)))
    write_model(path, network, some_summary(path))

    assert "no probabilities" in _refusal(path).message


# --- the archive


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders")
def test_pipe_is_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "birds.tlmodel"
    os.mkfifo(pipe)

    with pytest.raises(ModelFileError, match="pipe"):
        read_summary(pipe)
    assert "pipe" in _refusal(pipe).message


def _directory(count: int, told: int, shift: int = 0) -> bytes:
    """Return a zip whose directory lists one file many times, and holds a given count."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("manifest.json", b"{}")
    data = packed.getvalue()
    start, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    entries = data[start:end] * count
    return data[:start] + entries + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, told, told, len(entries), start + shift, 0)


@pytest.mark.parametrize(
    ("count", "told", "shift"), [(200_000, 3, 0), (200_000, 0, 0), (1, 0, 0), (1, 3, 0), (3, 3, 1)]
)
def test_directory_that_lies_about_itself_is_not_parsed(
    count: int, told: int, shift: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "birds.tlmodel"
    path.write_bytes(_directory(count, told, shift))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_, **__: pytest.fail("it was parsed"))

    assert "directory is damaged" in _refusal(path).message


def test_list_of_millions_is_not_parsed(model_path: Path) -> None:
    rewrite(model_path, {"history.json": b"[" + b"[]," * 7_000_000 + b"[]]"})

    assert "far too large" in _refusal(model_path).message


# --- networks that tlgui trains


def _small_convnext() -> keras.Model:
    """Return a backbone of the kinds of layers of ConvNeXtTiny, one of which Keras does not count as built in."""
    return ConvNeXt(
        depths=[1, 1, 1, 1],
        projection_dims=[8, 16, 24, 32],
        include_top=False,
        include_preprocessing=False,
        weights=None,
        input_shape=(SIZE, SIZE, 3),
        pooling="max",
        name="convnext",
    )


def _small_cnn() -> keras.Model:
    return build_backbone(CNN, Weights(None, ""))


@pytest.mark.parametrize(("build", "recipe"), [(_small_convnext, QUICK), (_small_cnn, CNN)])
def test_network_of_a_recipe_is_opened_with_the_same_outputs(
    build: Callable[[], keras.Model], recipe: Recipe, tmp_path: Path
) -> None:
    backbone = build()
    network = join(backbone, build_head(recipe, backbone.output_shape[1:], 3))
    path = tmp_path / "birds.tlmodel"
    write_model(path, network, some_summary(path, recipe=recipe))
    pictures = np.random.default_rng(1).random((2, SIZE, SIZE, 3), np.float32) * 255

    loaded = load_model(path)

    assert loaded.batch_size == BATCH_SIZE
    np.testing.assert_allclose(loaded.predict(pictures), fast_function(network)(pictures), atol=1e-5)


def test_large_photos_are_named_in_smaller_batches(tmp_path: Path) -> None:
    path = tmp_path / "birds.tlmodel"
    rgb = keras.Input((SIZE, SIZE, 3), name="rgb")
    maps = layers.UpSampling2D(32)(rgb)
    network = keras.Model(
        rgb, layers.Dense(3, activation="softmax")(layers.GlobalMaxPooling2D()(layers.Conv2D(32, 1)(maps)))
    )
    write_model(path, network, some_summary(path))

    loaded = load_model(path)

    needed = photo_bytes(loaded.model, traced(loaded.model))
    assert loaded.batch_size < BATCH_SIZE
    assert loaded.batch_size * needed <= BUDGET_BYTES < 2 * loaded.batch_size * needed


def test_models_of_earlier_runs_are_opened() -> None:
    folder = Path(__file__).parents[2] / "earlier"
    # Those beside the runs are asked for their answers in `test_earlier_versions`.
    paths = sorted(folder.glob("*/workspace/runs/*/*.tlmodel"))
    assert paths
    for path in paths:
        assert load_model(path).summary.class_names
