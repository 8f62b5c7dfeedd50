"""A backbone's weights: the file is found (shipped, published or the user's) and loaded.

A weights file is untrusted: its shapes are compared with those of the network before any weight is read, and nothing
in it is unpickled or run. Other weights are never used in place of those that a recipe names.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.errors import WeightsError
from tlgui.files import expanded, open_regular, resource, temporary_file, why_unreadable
from tlgui.files.zip_archive import MOST_ARCHIVE_BYTES, DamagedError, UntrustedError, open_archive, stream_member
from tlgui.learning.backbones.download import fetch, file_digest
from tlgui.learning.backbones.keras_layout import difference, fill
from tlgui.learning.backbones.published_weights import PUBLISHED
from tlgui.learning.backbones.registry import BACKBONES, Backbone
from tlgui.learning.backbones.weights_file import WeightsFile
from tlgui.learning.recipes.recipe import DOWNLOAD, EMBEDDED_BACKBONE, NO_WEIGHTS, SHIPPED, SMALL_CNN, Recipe
from tlgui.progress import JobContext

_ARCHIVE_START = b"PK\3\4"
_MEMBER = "model.weights.h5"
_WHOLE_MODEL, _LAYER_NAMES, _WEIGHT_NAMES = "model_weights", "layer_names", "weight_names"
# A saved model may hold two optimizer variables for each weight, and an unused classifier.
_MEMBER_GROWTH = 4
_MEMBER_SPARE = 512 * 2**20
_BYTES_A_WEIGHT = 4


@dataclass(frozen=True, slots=True)
class Weights:
    """The source of a backbone's weights, found and, where they are published, checked.

    Args:
        path: Their file; None for random weights, which the recipe's seed fixes.
        digest: Their identity in hexadecimal: the SHA-256 of the file, or of a text with the seed.
        values: The weights of the network as the recipe cuts it, where a training starts with those of a model.
    """

    path: Path | None
    digest: str
    values: tuple[NDArray[np.float32], ...] = field(default=(), compare=False, repr=False)


def find_weights(recipe: Recipe, context: JobContext) -> Weights:
    """Find the weights that a recipe names; download published ones on first use.

    Args:
        recipe: Its backbone, weights and, for random weights, seed are used.
        context: Receives the progress of a download; its checkpoint is called at least 20 times a second.

    Returns:
        Their source.

    Raises:
        WeightsError: They are not shipped or not published for this backbone, cannot be downloaded, or the file does
            not exist or cannot be read.
        Cancelled: The user pressed Stop; the part that was downloaded is kept for the next download.
    """
    backbone = BACKBONES[recipe.backbone]
    if recipe.weights == NO_WEIGHTS:
        words = f"random numbers by seed {recipe.seed}"
        return Weights(None, hashlib.sha256(words.encode()).hexdigest())
    if recipe.backbone == SMALL_CNN:
        raise WeightsError(
            f"{backbone.title} has no pretrained weights: it learns from nothing.",
            f"Set the weights to “{NO_WEIGHTS}”, or choose another backbone.",
        )
    path = _weights_file(backbone, recipe.weights, context)
    try:
        return Weights(path, file_digest(path, "sha256", context))
    except OSError as error:
        raise _unreadable(path, error, backbone) from error


def _weights_file(backbone: Backbone, weights: str, context: JobContext) -> Path:
    if weights == DOWNLOAD:
        if (published := PUBLISHED.get(backbone.id)) is None:
            raise WeightsError(f"No weights of {backbone.title} are there to be downloaded.", _choose(backbone))
        return fetch(published, backbone.title, context)
    if weights != SHIPPED:
        return _users_file(backbone, weights)
    if backbone.shipped is None:
        raise WeightsError(f"The weights of {backbone.title} are not shipped with tlgui.", _choose(backbone))
    path = resource(backbone.shipped)
    if not path.is_file():
        raise WeightsError(f"The shipped weights of {backbone.title} are missing: {path}.", "Install tlgui again.")
    return path


def _users_file(backbone: Backbone, weights: str) -> Path:
    try:
        path = expanded(weights)
        open_regular(path).close()
    except FileNotFoundError as error:
        reason = f"The weights file “{weights}” for {backbone.title} is not there."
        raise WeightsError(reason, _choose(backbone)) from error
    # No home folder of that user, a name with a zero byte.
    except (OSError, RuntimeError, ValueError) as error:
        raise _unreadable(Path(weights), error, backbone) from error
    return path


def load_weights(network: keras.Model, backbone: Backbone, path: Path) -> None:
    """Set every weight of `network` from a file.

    Args:
        network: As `backbone.build` returned it.
        backbone: Its backbone, named in messages.
        path: A file without the classifier: `.weights.h5`, the older `.h5`, or `.keras`.

    Raises:
        WeightsError: The file is damaged, of another kind, or for another network; the message has the difference.
    """
    try:
        with open_regular(path) as stream:
            if stream.read(len(_ARCHIVE_START)) == _ARCHIVE_START:
                _load_archive(network, backbone, stream, path.name)
            else:
                _load_h5(network, backbone, stream, path.name)
    except DamagedError as error:
        raise WeightsError(_sentence(path.name, str(error)), _choose(backbone)) from error
    except UntrustedError as error:
        raise _misfit(path.name, backbone, str(error)) from error
    except OSError as error:
        raise _unreadable(path, error, backbone) from error


def _sentence(name: str, reason: str) -> str:
    """Return a sentence about a file from a reason, which may begin with “it”."""
    shorter = reason.removeprefix("it ")
    return f"“{name}” {shorter}." if shorter != reason else f"“{name}” cannot be used: {reason}."


def _load_archive(network: keras.Model, backbone: Backbone, stream: BinaryIO, name: str) -> None:
    """Load the weights of a `.keras` file; the network that it describes is not built."""
    limit = network.count_params() * _BYTES_A_WEIGHT * _MEMBER_GROWTH + _MEMBER_SPARE
    with open_archive(stream, MOST_ARCHIVE_BYTES, limit) as archive, temporary_file() as unpacked:
        if _MEMBER not in archive.namelist():
            raise UntrustedError("it is an archive without Keras weights")
        for chunk in stream_member(archive, _MEMBER):
            unpacked.write(chunk)
        _load_h5(network, backbone, unpacked, name)


def _load_h5(network: keras.Model, backbone: Backbone, stream: BinaryIO, name: str) -> None:
    with WeightsFile(stream) as file:
        for top in (_WHOLE_MODEL, ""):
            if file.has_names(top, _LAYER_NAMES):
                _load_older(network, backbone, file, top, name)
                return
        if reason := difference(network, file):
            raise _misfit(name, backbone, reason)
        fill(network, file)


def _load_older(network: keras.Model, backbone: Backbone, file: WeightsFile, top: str, name: str) -> None:
    """Load a file of Keras before version 3, which lists its layers in order, each with the names of its weights."""
    folder = f"{top}/" if top else ""
    titles = file.names(top, _LAYER_NAMES)
    if len(set(titles)) != len(titles):
        raise UntrustedError("it holds a layer twice")
    found = [(layer, file.names(f"{folder}{layer}", _WEIGHT_NAMES)) for layer in titles]
    groups = [(layer, [f"{folder}{layer}/{weight}" for weight in weights]) for layer, weights in found if weights]
    wanted = [layer for layer in network.layers if layer.weights]
    if len(groups) != len(wanted):
        reason = f"it holds {len(groups)} layers with weights, the network without its classifier has {len(wanted)}"
        raise _misfit(name, backbone, reason)
    shapes = file.shapes
    pairs: list[tuple[keras.Variable, str]] = []
    for layer, (title, paths) in zip(wanted, groups, strict=True):
        variables = layer.trainable_weights + layer.non_trainable_weights
        present, needed = [shapes.get(path) for path in paths], [tuple(v.shape) for v in variables]
        if present != needed:
            raise _misfit(name, backbone, f"its layer {title} has the shapes {present}, the network's {needed}")
        pairs.extend(zip(variables, paths, strict=True))
    values = [file.read(path) for _, path in pairs]
    for (variable, _), value in zip(pairs, values, strict=True):
        variable.assign(value)


def _unreadable(path: Path, error: Exception, backbone: Backbone) -> WeightsError:
    why = why_unreadable(error) if isinstance(error, OSError) else str(error)
    return WeightsError(f"The weights file “{path}” cannot be read: {why}.", _choose(backbone))


def _misfit(name: str, backbone: Backbone, reason: str) -> WeightsError:
    return WeightsError(f"“{name}” does not fit {backbone.title}: {reason}.", _choose(backbone))


def _choose(backbone: Backbone) -> str:
    if backbone.shipped is not None:
        return f"Use the weights of {backbone.title} that are shipped with tlgui."
    return (
        f"Set the weights to “{DOWNLOAD}”, or to the path of a Keras weights file for {backbone.title} without its "
        f"classifier (“notop”); or choose the embedded backbone {BACKBONES[EMBEDDED_BACKBONE].title}."
    )
