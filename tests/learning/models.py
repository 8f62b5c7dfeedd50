"""A small model of built-in layers, and `.tlmodel` files made of it: good ones, and ones somebody tampered with."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from tlgui.learning.assessment.novelty import fit
from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.model_file.tlmodel import LoadedModel, write_model
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ClassResult, Evaluation, ModelSummary, StopReason
from tlgui.learning.trust import WRONG_AT_MOST, NoveltyLimit, Promise, Reliability, ReliabilityBin, Trust
from tlgui.photos.collection import Part
from tlgui.progress import EpochEnded

# What `json.loads` returns; a test knows what is in it.
Json: TypeAlias = Any

SIZE = 32
CLASS_NAMES = ("class 01", "class 02", "class 03")

# Keras asks NumPy for arrays in a way that NumPy 2.4 deprecates, whenever a model is saved.
KERAS_SAVE_WARNING = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


def small_network(class_count: int = len(CLASS_NAMES), size: int = SIZE) -> keras.Model:
    """Return a network of the kinds of layers the embedded backbone has: RGB 0..255 to probabilities."""
    keras.utils.set_random_seed(1)
    rgb = keras.Input((size, size, 3), name="rgb")
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(rgb)
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.ReLU(max_value=6.0)(layers.BatchNormalization(epsilon=1e-3)(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.ReLU(max_value=6.0)(layers.BatchNormalization(epsilon=1e-3)(x))
    backbone = keras.Model(rgb, layers.GlobalAveragePooling2D()(x), name="backbone")
    features = keras.Input(backbone.output_shape[1:])
    x = layers.Dropout(0.3)(layers.Dense(16, activation="relu")(features))
    head = keras.Model(features, layers.Dense(class_count, activation="softmax")(x), name="head")
    return keras.Model(backbone.input, head(backbone.output), name="tlgui")


def features_of(network: keras.Model, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the head of a network gets of some pictures."""
    return np.asarray(keras.Model(network.input, network.layers[-2].output)(pictures, training=False))


def some_evaluation(class_names: Sequence[str] = CLASS_NAMES) -> Evaluation:
    """Return an evaluation in which every class has ten photos, one of them taken for the next class."""
    count = len(class_names)
    confusion = tuple(
        tuple(9 if column == row else 1 if column == (row + 1) % count else 0 for column in range(count))
        for row in range(count)
    )
    return Evaluation(
        part=Part.VALIDATION,
        photo_count=10 * count,
        accuracy=0.9,
        interval=wilson_interval(9 * count, 10 * count),
        loss=0.4,
        classes=tuple(ClassResult(name, 10, 0.9, 0.9) for name in class_names),
        confusion=confusion,
    )


def some_summary(path: Path, class_names: Sequence[str] = CLASS_NAMES, recipe: Recipe = QUICK) -> ModelSummary:
    """Return the summary of a training of two epochs."""
    return ModelSummary(
        path=path,
        class_names=tuple(class_names),
        backbone=recipe.backbone,
        input_size=SIZE,
        recipe=recipe,
        created="2026-01-31T12:34:56+01:00",
        photo_count=120,
        evaluation=some_evaluation(class_names),
        history=(
            EpochEnded(1, 30, 1.0, 0.5, 1.1, 0.4, 0.001, 2.5, is_best=False),
            EpochEnded(2, 30, 0.5, 0.8, 0.6, 0.7, 0.001, 2.4, is_best=True, is_fine_tuning=True),
        ),
        seconds=4.9,
        stop_reason=StopReason.STOPPED,
        versions=(("keras", keras.__version__), ("tlgui", "0.1")),
        device="2 processor cores",
    )


def write_small_model(path: Path, class_names: Sequence[str] = CLASS_NAMES, recipe: Recipe = QUICK) -> Path:
    """Write a good `.tlmodel`."""
    write_model(path, small_network(len(class_names)), some_summary(path, class_names, recipe))
    return path


def some_trust(novelty: NoveltyLimit | None = None, class_count: int = len(CLASS_NAMES)) -> Trust:
    """Return what a file says of how far its model can be trusted; the last promise cannot be given."""
    promises = tuple(
        Promise(share, 0.5 + share, 0.9, (0.6, None, 0.7)[:class_count], (0.9, 0.0, 0.8)[:class_count])
        for share in WRONG_AT_MOST[:-1]
    )
    none = Promise(WRONG_AT_MOST[-1], None, 0.0, (None,) * class_count, (0.0,) * class_count)
    bins = (ReliabilityBin(0.0, 0.5, 0, 0, 0.25), ReliabilityBin(0.5, 1.0, 40, 36, 0.91))
    return Trust(1.7, Reliability(bins, 0.012), (*promises, none), 40, is_out_of_fold=True, novelty=novelty)


def write_model_with_vectors(path: Path, count: int = 60) -> Path:
    """Write a good `.tlmodel` with the features of pictures of noise."""
    network = small_network()
    pictures = np.random.default_rng(5).uniform(0, 255, (count, SIZE, SIZE, 3)).astype(np.float32)
    features = features_of(network, pictures)
    fitted = fit(features, np.arange(count) % len(CLASS_NAMES), features[::2], most_bytes=10**6)
    assert fitted is not None
    vectors, limit = fitted
    write_model(path, network, replace(some_summary(path), trust=some_trust(limit)), vectors)
    return path


def members_of(path: Path) -> dict[str, bytes]:
    """Return the members of a zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_bytes(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip of these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def rewrite(path: Path, changed: Mapping[str, bytes | None]) -> Path:
    """Replace, add or (None) remove members, with digests that match: as somebody who means harm would."""
    members = {name: data for name, data in {**members_of(path), **changed}.items() if data is not None}
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = {
        name: hashlib.sha256(data).hexdigest() for name, data in members.items() if name != "manifest.json"
    }
    members["manifest.json"] = json.dumps(manifest).encode()
    path.write_bytes(zip_bytes(members))
    return path


def change_manifest(path: Path, field: str, value: object) -> Path:
    """Set one field of the manifest; the file is consistent otherwise."""
    manifest = json.loads(members_of(path)["manifest.json"])
    manifest[field] = value
    return rewrite(path, {"manifest.json": json.dumps(manifest).encode()})


def change_network(path: Path, change: Callable[[Json], None]) -> Path:
    """Change the configuration of the network inside; all digests match."""
    inner = path.with_suffix(".keras")
    inner.write_bytes(members_of(path)["model.keras"])
    members = members_of(inner)
    config = json.loads(members["config.json"])
    change(config)
    members["config.json"] = json.dumps(config).encode()
    inner.unlink()
    return rewrite(path, {"model.keras": zip_bytes(members)})


# Red, green and blue, as `write_collection` colours its first three classes.
_COLOURS = np.array([[200, 60, 50], [60, 160, 70], [60, 90, 200]], np.float32)


def name_by_colour(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stand in for a trained network: the class whose colour is nearest gets 0.8."""
    distances = np.linalg.norm(pictures.mean(axis=(1, 2))[:, None] - _COLOURS, axis=2)
    probabilities = np.full((len(pictures), len(_COLOURS)), 0.1, np.float32)
    probabilities[np.arange(len(pictures)), distances.argmin(axis=1)] = 0.8
    return probabilities


def colour_model(recipe: Recipe = QUICK) -> LoadedModel:
    """Return a loaded model that names the first three classes of `write_collection` without a mistake."""
    return LoadedModel(some_summary(Path("colours.tlmodel"), CLASS_NAMES, recipe), None, name_by_colour)
