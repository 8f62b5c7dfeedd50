"""`.tlmodel` files: one zip with the manifest, the network and the history of its training.

A model file is untrusted. It is checked from the outside in before Keras builds anything: the zip, the digests, the
manifest, the zip of the network, every layer it names. Nothing is unpickled, and Keras loads in its safe mode. The
network is first built without weights; it gets them once they are known to lie in the file, and is refused where one
photo would take more than 1.6 GB between its layers, twice what the largest network at 1,024 pixels needs.

What would keep a model from being written (classes, names, sizes, the place, room on the disk) is checked before a
training looks at its first photo, not after its last epoch.
"""

import contextlib
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from tlgui.errors import ModelFileError
from tlgui.files import atomic_path, check_target, open_regular, temporary_file, unreadable_hint, why_unreadable
from tlgui.files.zip_archive import (
    MOST_ARCHIVE_BYTES,
    MOST_JSON_BYTES,
    DamagedError,
    TooLargeError,
    UntrustedError,
    digest,
    open_archive,
    parse_json,
    read_member,
    stream_member,
)
from tlgui.learning.model_file.manifest import (
    FORMAT_VERSION,
    history_of,
    manifest_of,
    summary_from,
)
from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.photos.collection import Collection
from tlgui.photos.split import check_divisible

if TYPE_CHECKING:
    import keras

MANIFEST, NETWORK, HISTORY = "manifest.json", "model.keras", "history.json"

MOST_BYTES = MOST_ARCHIVE_BYTES
# The other members always have room, so that a model is refused by the size of its network, which is known beforehand.
MOST_NETWORK_BYTES = MOST_BYTES - 2 * MOST_JSON_BYTES
# The most photos that prediction sends through the network at once.
BATCH_SIZE = 32
# The largest difference of a sum of probabilities from 1.
_ROUNDING = 1e-3
_WEIGHT_BYTES = 4

_NOT_WHOLE = "Copy or download it again; if that does not help, train the model again."
_NOT_TRUSTED = "Open only models that you or someone you trust made with tlgui."
_HINTS = {DamagedError: _NOT_WHOLE, TooLargeError: "Open it on a computer with more memory."}


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model that is loaded and warmed.

    Args:
        summary: The facts in its file.
        model: The Keras network: RGB 0..255 to probabilities.
        predict: The same as a fast function: float32 of shape (photos, size, size, 3) with values 0..255, to
            float32 of shape (photos, classes).
        batch_size: The most photos that `predict` takes at once.
    """

    summary: ModelSummary
    model: "keras.Model"
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
    batch_size: int = BATCH_SIZE


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
    # The network is first written to the same disk, and then added to the file.
    check_target(path, 2 * network_bytes)


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


def write_model(path: Path, model: "keras.Model", summary: ModelSummary) -> None:
    """Write a `.tlmodel`, whole or not at all, without the optimiser.

    Args:
        path: The file to write; an older one stays until the new one is complete.
        model: RGB 0..255 of shape (batch, size, size, 3) to softmax probabilities, of built-in layers only.
        summary: The facts for the file; its `path` is not written.

    Raises:
        StorageError: The disk refused; the old file is unchanged.
        ModelFileError: The model could not be used: a weight is not finite, or see `check_model`.
    """
    check_model(path, summary, model.count_params())
    _check_finite(path, model)
    manifest, history = manifest_of(summary), _json(history_of(summary))
    if max(len(history), len(_json(manifest))) > MOST_JSON_BYTES:
        raise ModelFileError(f"“{path.name}” cannot be saved: there is too much to say of its classes and epochs.")
    # Beside the file: the disk of the system's temporary folder may have less room.
    with atomic_path(path) as temporary:
        network = temporary.with_name(NETWORK)
        _without_optimizer(model).save(network)
        _check_size(path, network.stat().st_size)
        manifest["members"] = {NETWORK: _file_digest(network), HISTORY: digest(history)}
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(MANIFEST, _json(manifest))
            archive.write(network, NETWORK)
            archive.writestr(HISTORY, history)


def read_summary(path: Path) -> ModelSummary:
    """Read the facts about a model, checked, without loading Keras.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The facts in its manifest and its history.

    Raises:
        ModelFileError: The file cannot be read, or must not be trusted.
    """
    with _opened(path) as (summary, archive, digests):
        hashed = hashlib.sha256()
        for chunk in stream_member(archive, NETWORK):
            hashed.update(chunk)
        _check_digest(NETWORK, hashed.hexdigest(), digests)
    return summary


def load_model(path: Path) -> LoadedModel:
    """Check a `.tlmodel`, load its network and warm it, so that the next prediction takes no longer than later ones.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The model.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network does not fit the manifest.
    """
    # `tlgui info` and the tests of the checks above need no TensorFlow, which takes seconds to load.
    from tlgui.learning.networks.inference_function import frozen_function  # noqa: PLC0415

    summary, model, trace = _read_traced(path)
    return _warmed(summary, model, frozen_function(model, trace), trace)


def read_network(path: Path) -> tuple[ModelSummary, "keras.Model"]:
    """Check a `.tlmodel` and load its network, without the fast function of `load_model`.

    Args:
        path: The `.tlmodel` file.

    Returns:
        The facts in the file, and the Keras network from RGB 0..255 to probabilities.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network does not fit the manifest.
    """
    summary, model, _ = _read_traced(path)
    return summary, model


def warmed(
    summary: ModelSummary,
    model: "keras.Model",
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
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
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
    trace: Any,  # noqa: ANN401 - TensorFlow has no types
) -> LoadedModel:
    from tlgui.learning.networks.needed_memory import batch_size_for, photo_bytes  # noqa: PLC0415 - see load_model

    batch_size = batch_size_for(photo_bytes(model, trace), BATCH_SIZE)
    side = summary.input_size
    noise = np.random.default_rng(1).random((1, side, side, 3), np.float32) * np.float32(255)
    for count in sorted({batch_size, 1}, reverse=True):
        answers = predict(np.repeat(noise, count, axis=0))
        # Written so that NaN is refused too.
        if not (answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= _ROUNDING):
            raise ModelFileError(
                f"“{summary.path.name}” cannot be used: what its network says of a picture are no probabilities.",
                "Train the model again.",
            )
    return LoadedModel(summary, model, predict, batch_size)


def _read_traced(path: Path) -> tuple[ModelSummary, "keras.Model", Any]:
    """Check a `.tlmodel` and load its network; return the facts, the network, and its traced function."""
    from tlgui.learning.model_file.trusted_network import load_network  # noqa: PLC0415
    from tlgui.learning.networks.needed_memory import check_memory, check_photo_bytes, photo_bytes  # noqa: PLC0415

    with _opened(path) as (summary, archive, digests), temporary_file() as network:
        hashed = hashlib.sha256()
        for chunk in stream_member(archive, NETWORK):
            hashed.update(chunk)
            network.write(chunk)
        _check_digest(NETWORK, hashed.hexdigest(), digests)
        model = load_network(network, MOST_BYTES)
        _check_shapes(model, summary)
        trace = _traced(model)
        needed = photo_bytes(model, trace)
        check_photo_bytes(needed)
        check_memory(model.count_params() * _WEIGHT_BYTES, needed)
    return summary, model, trace


def _traced(model: "keras.Model") -> Any:  # noqa: ANN401 - as above
    from tlgui.learning.networks.inference_function import traced  # noqa: PLC0415 - see load_model

    try:
        return traced(model)
    except Exception as error:  # Layers check some of their arguments only when they run.
        raise UntrustedError("the network in it cannot be run") from error


def _json(data: object) -> bytes:
    # Escaped to ASCII: a class name may come from a file name that is not valid Unicode.
    return json.dumps(data, indent=1, allow_nan=False).encode("ascii")


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


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[ModelSummary, zipfile.ZipFile, dict[str, str]]]:
    """Open a file and check its facts; every refusal, here and in the caller's block, becomes a `ModelFileError`."""
    try:
        with open_regular(path) as stream, open_archive(stream, MOST_BYTES) as archive:
            manifest = parse_json(read_member(archive, MANIFEST), MANIFEST)
            _check_version(manifest, path)
            _check_members(archive)
            digests = Fields(manifest, "manifest").group("members").texts()
            history = read_member(archive, HISTORY)
            _check_digest(HISTORY, digest(history), digests)
            yield summary_from(manifest, parse_json(history, HISTORY), path), archive, digests
    except UntrustedError as error:
        hint = next((hint for kind, hint in _HINTS.items() if isinstance(error, kind)), _NOT_TRUSTED)
        raise ModelFileError(f"“{path.name}” cannot be opened: {error}.", hint) from error
    except FieldError as error:
        raise ModelFileError(f"“{path.name}” cannot be opened: {error}.", _NOT_TRUSTED) from error
    except FileNotFoundError as error:
        raise ModelFileError(f"“{path.name}” is not there any more.", f"It was looked for in {path.parent}.") from error
    except OSError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be read: {why_unreadable(error)}.", unreadable_hint(error)
        ) from error


def _check_version(manifest: object, path: Path) -> None:
    version = Fields(manifest, "manifest").whole("format_version", 1, 1_000_000)
    if version > FORMAT_VERSION:
        raise ModelFileError(f"“{path.name}” was saved by a newer tlgui.", "Update tlgui to open it.")


def _check_members(archive: zipfile.ZipFile) -> None:
    if set(archive.namelist()) != {MANIFEST, NETWORK, HISTORY}:
        raise UntrustedError("it holds files that do not belong there, or not all that do")


def _check_digest(name: str, found: str, digests: dict[str, str]) -> None:
    if digests.get(name) != found:
        raise DamagedError(f"“{name}” in it is damaged: it is not what was saved")


def _check_shapes(model: Any, summary: ModelSummary) -> None:  # noqa: ANN401 - Keras has no types
    side, classes = summary.input_size, len(summary.class_names)
    shapes = [tuple(tensor.shape) for tensor in (*model.inputs, *model.outputs)]
    if shapes != [(None, side, side, 3), (None, classes)]:
        raise UntrustedError(
            f"its network does not turn pictures of {side} by {side} pixels into {classes} probabilities"
        )
