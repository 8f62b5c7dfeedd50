"""`.tlmodel` files: one zip with the manifest, the network and the history of its training.

A model file is untrusted. It is checked from the outside in before Keras builds anything: the zip, the digests, the
manifest, the zip of the network, every layer it names. Nothing is unpickled, and Keras loads in its safe mode. The
network is first built without weights; it gets them once they are known to lie in the file, and is refused where one
photo would take more than 1.6 GB between its layers, twice what the largest network at 1,024 pixels needs.

What would keep a model from being written (classes, names, sizes, the place, room on the disk) is checked before a
training looks at its first photo, not after its last epoch.
"""

import hashlib
import logging
import zipfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tlgui.errors import ModelFileError, StorageError
from tlgui.files import atomic_path, check_target, temporary_file
from tlgui.files.zip_archive import MOST_JSON_BYTES, UntrustedError, digest
from tlgui.learning.arrays import FloatArray
from tlgui.learning.assessment.novelty import Vectors
from tlgui.learning.model_file.archive import (
    HISTORY,
    MANIFEST,
    MEMBERS,
    MOST_BYTES,
    NETWORK,
    ONNX_NETWORK,
    VECTORS,
    OpenedModel,
    json_member,
    opened,
)
from tlgui.learning.model_file.manifest import FORMAT_VERSION, history_of, manifest_of
from tlgui.learning.model_file.prediction_model import (
    BATCH_SIZE,
    Answers,
    Predict,
    PredictionModel,
    check_probabilities,
    runnable_network,
)
from tlgui.learning.model_file.training_vectors import vectors_bytes, without_novelty
from tlgui.learning.model_file.trusted_graph import check_graph, gives_features
from tlgui.learning.networks.memory_budget import batch_size_for, check_memory, check_photo_bytes
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.photos.collection import Collection
from tlgui.photos.split import check_divisible

if TYPE_CHECKING:
    import keras

# The other members always have room, so that a model is refused by the size of its network, which is known beforehand.
MOST_NETWORK_BYTES = MOST_BYTES - 2 * MOST_JSON_BYTES
_WEIGHT_BYTES = 4
# Pictures on which both networks are run at once to compare them.
_COMPARED_AT_ONCE = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is loaded and warmed.

    Args:
        summary: The facts in its file.
        model: The Keras network: RGB 0..255 to probabilities.
        predict: The same as a fast function: float32 of shape (photos, size, size, 3) with values 0..255, to
            float32 of shape (photos, classes).
        batch_size: The most photos that `predict` takes at once.
        light: The same model by its ONNX network, where it was read from a file that carries one.
        identity: See `OpenedModel`; empty for a model that was not read from a file.
    """

    summary: ModelSummary
    model: "keras.Model"
    predict: Predict
    batch_size: int = BATCH_SIZE
    light: PredictionModel | None = None
    identity: bytes = b""

    def answers(self, pixels: FloatArray) -> Answers:
        """Return all that the model says of photos; see `Predictor`."""
        return Answers(self.predict(pixels)) if self.light is None else self.light.answers(pixels)


def check_model(path: Path, summary: ModelSummary, weight_count: int = 0) -> None:
    """Refuse a model that could not be written, or not be opened again; called before a training and after it.

    Args:
        path: The file to write.
        summary: The facts for the file, as far as they are known.
        weight_count: Weights of its network; 0 where that is not known yet.

    Raises:
        ModelFileError: A value of the summary breaks its rule, or the network is too large.
        StorageError: The folder cannot be written to, or its disk has too little room.
    """
    try:
        manifest_of(summary)
    except FieldError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be saved: {error}.", "Give the classes and the recipe other names."
        ) from error
    network_bytes = weight_count * _WEIGHT_BYTES
    _check_size(path, network_bytes)
    # The network is first written to the same disk, and then added to the file, twice: for Keras and as ONNX.
    # Features of training photos take about as much again.
    check_target(path, 4 * network_bytes)


def check_training(path: Path, collection: Collection, recipe: Recipe, weight_count: int = 0) -> None:
    """Refuse a training whose model could not be written at its end.

    Args:
        path: The file that is to be written.
        collection: The photos.
        recipe: Every setting.
        weight_count: Weights of the network; 0 where that is not known yet.

    Raises:
        CollectionError: Its photos cannot be divided, see `split_collection`.
        ModelFileError: See `check_model`.
        StorageError: See `check_model`.
    """
    check_divisible(collection, use_own=recipe.split.use_own)
    promised = ModelSummary(
        path=path,
        class_names=collection.class_names,
        backbone=recipe.backbone,
        input_size=recipe.input_size,
        recipe=recipe,
        created=datetime.now().astimezone().isoformat(),
        photo_count=collection.photo_count,
        evaluation=None,
        history=(),
        seconds=0.0,
        stop_reason=StopReason.COMPLETED,
        versions=(),
    )
    check_model(path, promised, weight_count)


def write_model(
    path: Path, model: "keras.Model", summary: ModelSummary, vectors: Vectors | None = None
) -> ModelSummary:
    """Write a `.tlmodel`, whole or not at all, without the optimiser.

    Args:
        path: The file to write; an older one stays until the new one is complete.
        model: RGB 0..255 of shape (batch, size, size, 3) to softmax probabilities, of built-in layers only.
        summary: The facts for the file; its `path` is not written.
        vectors: Features of training photos, float16 of shape (count, length), as the limit of novelty in the summary
            says; None for a file without them.

    Returns:
        The summary as it was written: without the limit of novelty where there are no vectors, no room for them, or no
        ONNX network whose features they are.

    Raises:
        StorageError: The disk refused; the old file is unchanged.
        ModelFileError: The model could not be used: a weight is not finite, or see `check_model`.
    """
    check_model(path, summary, model.count_params())
    _check_finite(path, model)
    graph = _onnx_network(model)
    if vectors is None or graph is None or not _has_room(model, vectors) or not gives_features(graph, summary):
        summary, vectors = without_novelty(summary), None
    manifest, history = manifest_of(summary), json_member(history_of(summary))
    if max(len(history), len(json_member(manifest))) > MOST_JSON_BYTES:
        raise ModelFileError(f"“{path.name}” cannot be saved: there is too much to say of its classes and epochs.")
    # Beside the file: the disk of the system's temporary folder may have less room.
    with atomic_path(path) as temporary:
        network = temporary.with_name(NETWORK)
        _without_optimizer(model).save(network)
        _check_size(path, network.stat().st_size)
        members = {HISTORY: history} | ({} if graph is None else {ONNX_NETWORK: graph})
        members |= {} if vectors is None else {VECTORS: vectors_bytes(vectors)}
        manifest[MEMBERS] = {NETWORK: _file_digest(network)} | {name: digest(data) for name, data in members.items()}
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(MANIFEST, json_member(manifest))
            archive.write(network, NETWORK)
            for name, data in members.items():
                archive.writestr(name, data)
    return summary


def _has_room(model: "keras.Model", vectors: Vectors) -> bool:
    """Return whether vectors fit into the largest file beside the network, for Keras and as ONNX."""
    network_bytes: int = 2 * model.count_params() * _WEIGHT_BYTES
    return network_bytes + vectors.nbytes <= MOST_NETWORK_BYTES


def load_model(path: Path) -> LoadedModel:
    """Check a `.tlmodel`, load its network and warm it, so that the next prediction takes no longer than later ones.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The model.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network does not fit the manifest.
    """
    # `tlgui train` checks the place of the model before TensorFlow is loaded, which takes seconds.
    from tlgui.learning.networks.inference_function import frozen_function  # noqa: PLC0415
    from tlgui.learning.networks.needed_memory import photo_bytes  # noqa: PLC0415
    from tlgui.learning.networks.onnx_conversion import agree  # noqa: PLC0415

    with opened(path) as file:
        summary, model, trace = _read_traced(file)
        if not file.has_onnx:
            return replace(_warmed(summary, model, frozen_function(model, trace), trace), identity=file.identity)
        runnable = runnable_network(file)
        needed = max(runnable.photo_bytes, photo_bytes(model, trace))
        if not agree(runnable.network, model, batch_size_for(needed, _COMPARED_AT_ONCE)):
            raise UntrustedError("its Keras network and its ONNX network do not say the same of a picture")
    loaded = _warmed(summary, model, runnable.network, trace)
    light = runnable.model(summary, loaded.batch_size, file.identity)
    return replace(loaded, light=light, identity=file.identity)


def read_network(path: Path) -> tuple[ModelSummary, "keras.Model"]:
    """Check a `.tlmodel` and load its network, without the fast function of `load_model`.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The facts in the file, and the Keras network from RGB 0..255 to probabilities.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network does not fit the manifest.
    """
    with opened(path) as file:
        summary, model, _ = _read_traced(file)
    return summary, model


def add_onnx_network(path: Path) -> bool:
    """Give a model file of an earlier version its network as ONNX, whole or not at all; its other networks stay.

    Args:
        path: The `.tlmodel` file.

    Returns:
        Whether it carries one now; False where the network has no such form, or the disk refuses.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network does not fit the manifest.
    """
    with opened(path) as file:
        if file.has_onnx:
            return True
    _, model = read_network(path)
    graph = _onnx_network(model)
    if graph is None:
        return False
    try:
        with atomic_path(path) as temporary:
            _copy_with(graph, path, temporary)
    except StorageError as error:
        _log.warning("The model keeps its earlier form: %s", error)
        return False
    return True


def _onnx_network(model: "keras.Model") -> bytes | None:
    """Return a network as ONNX, compared with it; None where it has no such form, or both would be too large."""
    from tlgui.learning.networks.onnx_conversion import convert  # noqa: PLC0415 - see load_model

    def check(graph: bytes) -> int:
        """Check what was made as it will be when it is opened."""
        checked = check_graph(graph, model.input_shape[1], model.output_shape[-1])
        check_photo_bytes(checked.photo_bytes)
        return batch_size_for(checked.photo_bytes, _COMPARED_AT_ONCE)

    if 2 * model.count_params() * _WEIGHT_BYTES > MOST_NETWORK_BYTES:
        return None
    return convert(model, check)


def _copy_with(graph: bytes, path: Path, target: Path) -> None:
    """Copy a file without an ONNX network, and add one."""
    with opened(path) as file, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        members = file.digests | {ONNX_NETWORK: digest(graph)}
        archive.writestr(MANIFEST, json_member(file.manifest | {"format_version": FORMAT_VERSION, MEMBERS: members}))
        for name in (NETWORK, HISTORY):
            with archive.open(name, "w") as member:
                for chunk in file.stream(name):
                    member.write(chunk)
        archive.writestr(ONNX_NETWORK, graph)


def warmed(
    summary: ModelSummary,
    model: "keras.Model",
    predict: Predict,
) -> LoadedModel:
    """Run a model's fast function once on each batch size that prediction uses, and check what it returns.

    Args:
        summary: The facts about the model.
        model: The Keras network.
        predict: Its fast function; see `LoadedModel`.

    Returns:
        The model.

    Raises:
        ModelFileError: The function does not return probabilities.
    """
    from tlgui.learning.networks.inference_function import traced  # noqa: PLC0415 - see load_model

    return _warmed(summary, model, predict, traced(model))


def _warmed(
    summary: ModelSummary,
    model: "keras.Model",
    predict: Predict,
    trace: Any,  # noqa: ANN401 - TensorFlow has no types
) -> LoadedModel:
    from tlgui.learning.networks.needed_memory import photo_bytes  # noqa: PLC0415 - see load_model

    batch_size = batch_size_for(photo_bytes(model, trace), BATCH_SIZE)
    check_probabilities(summary, predict, sorted({batch_size, 1}, reverse=True))
    return LoadedModel(summary, model, predict, batch_size)


def _read_traced(file: OpenedModel) -> tuple[ModelSummary, "keras.Model", Any]:
    """Load the network of an opened file, checked; return the facts, the network, and its traced function."""
    from tlgui.learning.model_file.trusted_network import load_network  # noqa: PLC0415
    from tlgui.learning.networks.needed_memory import photo_bytes  # noqa: PLC0415

    with temporary_file() as network:
        for chunk in file.stream(NETWORK):
            network.write(chunk)
        model = load_network(network, MOST_BYTES)
    _check_shapes(model, file.summary)
    trace = _traced(model)
    needed = photo_bytes(model, trace)
    check_photo_bytes(needed)
    check_memory(model.count_params() * _WEIGHT_BYTES, needed)
    return file.summary, model, trace


def _traced(model: "keras.Model") -> Any:  # noqa: ANN401 - as above
    from tlgui.learning.networks.inference_function import traced  # noqa: PLC0415 - see load_model

    try:
        return traced(model)
    except Exception as error:  # Layers check some of their arguments only when they run.
        raise UntrustedError("the network in it cannot be run") from error


def _check_size(path: Path, network_bytes: int) -> None:
    if network_bytes > MOST_NETWORK_BYTES:
        raise ModelFileError(
            f"“{path.name}” cannot be saved: the network is larger than 2 GB.",
            "Choose a smaller hidden layer or another pooling.",
        )


def _check_finite(path: Path, model: "keras.Model") -> None:
    if not all(np.isfinite(weights).all() for weights in model.get_weights()):
        raise ModelFileError(
            f"“{path.name}” cannot be saved: the training got lost, and some weights of the network are no numbers.",
            "Train it again with a smaller learning rate.",
        )


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _without_optimizer(model: "keras.Model") -> "keras.Model":
    """Return the same layers and weights as a model that was never compiled: a third of the size on disk."""
    import keras  # noqa: PLC0415 - the caller has a model, so Keras is loaded already

    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


def _check_shapes(model: Any, summary: ModelSummary) -> None:  # noqa: ANN401 - Keras has no types
    side, classes = summary.input_size, len(summary.class_names)
    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if shapes != [(None, side, side, 3), (None, classes)]:
        raise UntrustedError(
            f"its network does not turn pictures of {side} by {side} pixels into {classes} probabilities"
        )
