"""What holds networks: models, weights and checkpoints. Their readers load TensorFlow, in a process of their own."""

import functools
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from tests.fuzz.container_mutation import h5_changed, model_changed, network_changed, vectors_changed, zip_changed
from tests.fuzz.families import Family
from tests.fuzz.mutation import bytes_changed
from tlgui.progress import EpochEnded, JobContext

# Keras and what loads it are imported by the process that needs them: the one that watches stays light.
# ruff: noqa: PLC0415
_SIDE = 32
_ABOUT = {"photos": "0f", "recipe": {"epochs": 3}, "seed": 1}


def models_family() -> Family:
    """Return the family of `.tlmodel` files."""
    readers = {"summary": _read_summary, "prediction model": _read_prediction_model, "model": _read_model}
    return Family(
        "models",
        _make_models,
        readers,
        (model_changed, network_changed, vectors_changed, model_changed, bytes_changed),
        2,
        needs_tensorflow=True,
    )


def weights_family() -> Family:
    """Return the family of weights files."""
    mutators = (h5_changed, h5_changed, zip_changed, bytes_changed)
    return Family("weights", _make_weights, {"weights": _read_weights}, mutators, 2, needs_tensorflow=True)


def checkpoints_family() -> Family:
    """Return the family of checkpoints."""
    mutators = (zip_changed, zip_changed, bytes_changed)
    return Family("checkpoints", _make_checkpoints, {"checkpoint": _read_checkpoint}, mutators, needs_tensorflow=True)


def warm_up(_folder: Path) -> None:
    """Load TensorFlow, which takes longer than reading a file may."""
    _network()


def _make_models(folder: Path) -> None:
    from tests.learning.models import write_model_with_vectors, write_small_model

    write_small_model(folder / "small.tlmodel")
    write_small_model(folder / "names.tlmodel", ["Zaunkönig", "a/b"])
    write_model_with_vectors(folder / "vectors.tlmodel")


def _read_summary(path: Path) -> None:
    from tlgui.learning.model_file.archive import read_summary

    read_summary(path)


def _read_prediction_model(path: Path) -> None:
    from tlgui.learning.model_file.prediction_model import load_prediction_model

    loaded = load_prediction_model(path)
    if loaded is not None:
        side = loaded.summary.input_size
        loaded.answers(np.zeros((loaded.batch_size, side, side, 3), np.float32))


def _read_model(path: Path) -> None:
    import keras

    from tlgui.learning.model_file.tlmodel import load_model

    try:
        loaded = load_model(path)
        side = loaded.summary.input_size
        loaded.predict(np.zeros((1, side, side, 3), np.float32))
    finally:
        # Keras keeps what it built until it is told otherwise.
        keras.backend.clear_session()


@functools.cache
def _network() -> Any:  # noqa: ANN401 - Keras has no types
    import keras
    from keras import layers

    rgb = keras.Input((_SIDE, _SIDE, 3))
    x = layers.Conv2D(8, 3, strides=2, use_bias=False)(rgb)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.DepthwiseConv2D(3)(x)
    return keras.Model(rgb, layers.Conv2D(16, 1)(x))


def _make_weights(folder: Path) -> None:
    network = _network()
    network.save_weights(folder / "current.weights.h5")
    (folder / "renamed.h5").write_bytes((folder / "current.weights.h5").read_bytes())
    network.save(folder / "whole.keras")
    with h5py.File(folder / "older.h5", "w") as file:
        _write_older(network, file)
    with h5py.File(folder / "older whole.h5", "w") as file:
        _write_older(network, file.create_group("model_weights"))


def _write_older(network: Any, top: h5py.Group) -> None:  # noqa: ANN401 - as above
    """Write the layout that Keras had before version 3."""
    top.attrs["layer_names"] = [layer.name.encode() for layer in network.layers]
    for layer in network.layers:
        group = top.create_group(layer.name)
        weights = layer.trainable_weights + layer.non_trainable_weights
        names = [f"{layer.name}/{number}:0" for number in range(len(weights))]
        group.attrs["weight_names"] = [name.encode() for name in names]
        for name, weight in zip(names, weights, strict=True):
            group[name] = np.asarray(weight)


def _read_weights(path: Path) -> None:
    from tlgui.learning.backbones.registry import BACKBONES
    from tlgui.learning.backbones.weights import load_weights

    load_weights(_network(), BACKBONES["mobilenetv2"], path)


def _checkpoint_arrays() -> list[NDArray[Any]]:
    return [np.ones((7, 3), np.float32), np.array(5), np.arange(4, dtype=np.uint32)]


def _make_checkpoints(folder: Path) -> None:
    from tlgui.learning.training.checkpoint import CheckpointWriter
    from tlgui.learning.training.state import KeptEpoch

    history = [EpochEnded(1, 3, 1.0, 0.5, 1.1, 0.4, 0.001, 2.5, is_best=True)]
    kept = KeptEpoch(_checkpoint_arrays(), np.full((6, 3), 1 / 3, np.float32), np.arange(6) % 3)
    CheckpointWriter(folder, _ABOUT, JobContext().report).write(history, _checkpoint_arrays(), kept)
    with suppress(OSError):
        (folder / "progress.json").unlink()


def _read_checkpoint(path: Path) -> None:
    from tlgui.learning.training.checkpoint import CheckpointWriter

    saved = CheckpointWriter(path.parent, _ABOUT, JobContext().report).read()
    if saved is None:
        raise AssertionError("the checkpoint is not there")
    saved.state(_checkpoint_arrays(), 0)
    saved.kept(_checkpoint_arrays())
