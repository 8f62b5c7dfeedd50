"""`.tlmodel` files: one zip with the manifest, the network and the history of its training.

A model file comes from anyone. So it is checked from the outside in (the zip, the digests, the manifest, the network's
own zip, every layer it names) before Keras builds anything; and Keras itself is told to be safe.
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
from tlgui.files import atomic_path, check_target, open_regular, temporary_file
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
    Fields,
    ManifestProblemError,
    history_of,
    manifest_of,
    summary_from,
)
from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.photos.collection import Collection
from tlgui.photos.split import check_divisible

if TYPE_CHECKING:
    import keras

SUFFIX = ".tlmodel"
MANIFEST, NETWORK, HISTORY = "manifest.json", "model.keras", "history.json"

MOST_BYTES = MOST_ARCHIVE_BYTES
# The other members have room whatever they say: so a model is refused by its network, whose size is known beforehand.
MOST_NETWORK_BYTES = MOST_BYTES - 2 * MOST_JSON_BYTES
# The most photos that prediction sends through the network at once.
BATCH_SIZE = 32
# What sums of probabilities are off by.
_ROUNDING = 1e-3
_WEIGHT_BYTES = 4

_NOT_WHOLE = "Copy or download it again; if that does not help, train the model again."
_NOT_TRUSTED = "Open only models that you or someone you trust made with tlgui."
_HINTS = {DamagedError: _NOT_WHOLE, TooLargeError: "Open it on a computer with more memory."}


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model ready to be used.

    Args:
        summary: What its file says of it.
        model: The Keras network: RGB 0..255 to probabilities.
        predict: The same as a fast function: float32 of shape (photos, size, size, 3) with values 0..255, to
            float32 of shape (photos, classes).
        batch_size: How many photos to name at once.
    """

    summary: ModelSummary
    model: "keras.Model"
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
    batch_size: int = BATCH_SIZE


def check_model(path: Path, summary: ModelSummary, weight_count: int = 0) -> None:
    """Refuse a model that could not be written, or never be opened again; asked before a training and after it.

    Args:
        path: The file to write.
        summary: What the file shall say of the model, as far as it is known.
        weight_count: Numbers in its network; 0 where that is not known yet.

    Raises:
        ModelFileError: Too many classes, a class name too long, or a network too large.
        StorageError: The place cannot be written to, or has too little room.
    """
    try:
        manifest_of(summary)
    except ManifestProblemError as error:
        raise ModelFileError(
            f"“{path.name}” cannot be saved: {error}.", "Give the classes and the recipe other names."
        ) from error
    network_bytes = weight_count * _WEIGHT_BYTES
    _check_size(path, network_bytes)
    # The network is written to the same disk first, and then put into the file.
    check_target(path, 2 * network_bytes)


def check_training(path: Path, collection: Collection, recipe: Recipe, weight_count: int = 0) -> None:
    """Refuse a training whose model could not be written in the end.

    Args:
        path: The file that is to be written.
        collection: The photos.
        recipe: Every setting.
        weight_count: Numbers in the network; 0 where that is not known yet.

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
        summary: What the file shall say of the model; its `path` is not written.

    Raises:
        StorageError: The disk refused; the old file is as it was.
        ModelFileError: The model could never be opened again; see `check_model`.
    """
    check_model(path, summary, model.count_params())
    manifest, history = manifest_of(summary), _json(history_of(summary))
    if max(len(history), len(_json(manifest))) > MOST_JSON_BYTES:
        raise ModelFileError(f"“{path.name}” cannot be saved: there is too much to say of its classes and epochs.")
    # Beside the file, and not where the system keeps temporary files: that disk may have less room than the user's.
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
    """Return what a `.tlmodel` says of itself, checked, without loading Keras.

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
    """Check a `.tlmodel`, load its network and warm it, so that the next photo is named without delay.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network is not what the manifest says.
    """
    # `tlgui info` and the tests of the checks above need no TensorFlow, which takes seconds to load.
    from tlgui.learning.networks.inference_function import frozen_function  # noqa: PLC0415

    summary, model, trace = _read_traced(path)
    return _warmed(summary, model, frozen_function(model, trace), trace)


def read_network(path: Path) -> tuple[ModelSummary, "keras.Model"]:
    """Check a `.tlmodel` and load its network, without what makes it fast.

    Raises:
        ModelFileError: The file cannot be read, must not be trusted, or its network is not what the manifest says.
    """
    summary, model, _ = _read_traced(path)
    return summary, model


def warmed(
    summary: ModelSummary,
    model: "keras.Model",
    predict: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
) -> LoadedModel:
    """Return a model ready to be used, once its fast function ran on the sizes that prediction sends.

    Raises:
        ModelFileError: What it says of a picture are no probabilities.
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
        # Written so that what is no number is refused too.
        if not (answers.min() >= 0 and np.abs(answers.sum(axis=1) - 1).max() <= _ROUNDING):
            raise ModelFileError(
                f"“{summary.path.name}” cannot be used: what its network says of a picture are no probabilities.",
                "Train the model again.",
            )
    return LoadedModel(summary, model, predict, batch_size)


def _read_traced(path: Path) -> tuple[ModelSummary, "keras.Model", Any]:
    """Check a `.tlmodel` and load its network; return it, and what TensorFlow makes of it, too."""
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
    except Exception as error:  # Layers look at some of their arguments only when they run.
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


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _without_optimizer(model: "keras.Model") -> "keras.Model":
    """Return the same layers and weights as a model that was never compiled: a third of the size on disk."""
    import keras  # noqa: PLC0415 - the caller has a model, so Keras is loaded already

    return keras.Model(model.inputs[0], model.outputs[0], name=model.name)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[ModelSummary, zipfile.ZipFile, dict[str, str]]]:
    """Open a file as far as it can be trusted; turn every refusal, here and in the caller's block, into words."""
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
    except ManifestProblemError as error:
        raise ModelFileError(f"“{path.name}” cannot be opened: {error}.", _NOT_TRUSTED) from error
    except FileNotFoundError as error:
        raise ModelFileError(f"“{path.name}” is not there any more.", f"It was looked for in {path.parent}.") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise ModelFileError(
            f"“{path.name}” cannot be read: {why}.", "Check that the file is yours to read."
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
