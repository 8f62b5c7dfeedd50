"""A backbone's weights: find the file, shipped, published or the user's, and load it with suspicion.

A weights file is untrusted: what it holds is compared with what the network needs before any of it is read, and
nothing in it is unpickled or run.
"""

import hashlib
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from tlgui.errors import WeightsError
from tlgui.files import resource
from tlgui.learning.backbones import BACKBONES, Backbone
from tlgui.learning.download import fetch, file_digest
from tlgui.learning.published import PUBLISHED
from tlgui.learning.recipe import DOWNLOAD, EMBEDDED_BACKBONE, NO_WEIGHTS, SHIPPED, SMALL_CNN, Recipe
from tlgui.progress import JobContext

Shape = tuple[int, ...]

_MEMBER = "model.weights.h5"
# A saved model may hold the optimiser's two numbers for each weight, and a classifier that is not used.
_MEMBER_GROWTH = 4
_MEMBER_SPARE = 512 * 2**20
_OTHER_ORDER = "its layers stand in another order"


@dataclass(frozen=True, slots=True)
class Weights:
    """Where a backbone's weights come from, found and, where they are published, checked.

    Args:
        path: Their file; None for random numbers, which the recipe's seed fixes.
        digest: Tells them from all others, in hexadecimal: the SHA-256 of the file, or of words that name the seed.
        values: The numbers themselves, for the network as the recipe cuts it, where a training goes on from another.
    """

    path: Path | None
    digest: str
    values: tuple[NDArray[np.float32], ...] = field(default=(), compare=False, repr=False)


def find_weights(recipe: Recipe, context: JobContext) -> Weights:
    """Find the weights that a recipe asks for; download them where it says so and they are not there yet.

    Args:
        recipe: Its backbone, weights and, for random numbers, seed are used.
        context: Told how far a download is, and asked many times a second whether to go on.

    Raises:
        WeightsError: They are not shipped or not published for this backbone, cannot be downloaded, or the file is
            not there or cannot be read. Other weights are never taken instead.
        Cancelled: The user pressed Stop; what was downloaded is kept, and the next download goes on from there.
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
        why = error.strerror or str(error)
        raise WeightsError(f"The weights file “{path}” cannot be read: {why}.", _choose(backbone)) from error


def _weights_file(backbone: Backbone, weights: str, context: JobContext) -> Path:
    if weights == DOWNLOAD:
        if (published := PUBLISHED.get(backbone.id)) is None:
            raise WeightsError(f"No weights of {backbone.title} are there to be downloaded.", _choose(backbone))
        return fetch(published, backbone.title, context)
    if weights != SHIPPED:
        path = Path(weights).expanduser()
        if not path.is_file():
            raise WeightsError(f"The weights file “{path}” for {backbone.title} is not there.", _choose(backbone))
        return path
    if backbone.shipped is None:
        raise WeightsError(f"The weights of {backbone.title} are not shipped with tlgui.", _choose(backbone))
    path = resource(backbone.shipped)
    if not path.is_file():
        raise WeightsError(f"The shipped weights of {backbone.title} are missing: {path}.", "Install tlgui again.")
    return path


def load_weights(network: keras.Model, backbone: Backbone, path: Path) -> None:
    """Set every weight of `network` from a file.

    Args:
        network: What `backbone.build` returned.
        backbone: Names the network in messages.
        path: A file without the classifier: `.weights.h5`, the older `.h5`, or `.keras`.

    Raises:
        WeightsError: The file is damaged, of another kind, or for another network; the message says what differs.
    """
    try:
        if zipfile.is_zipfile(path):
            _load_archive(network, backbone, path)
        else:
            _load_h5(network, backbone, path, path.name)
    except OSError as error:
        raise WeightsError(f"“{path.name}” is damaged or not a weights file.", _choose(backbone)) from error


def _load_archive(network: keras.Model, backbone: Backbone, path: Path) -> None:
    """Load from a `.keras` file by its weights alone, so that nothing it describes is built."""
    limit = network.count_params() * 4 * _MEMBER_GROWTH + _MEMBER_SPARE
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            if archive.getinfo(_MEMBER).file_size > limit:
                raise _misfit(path.name, backbone, "it is far too large")
            target = Path(folder) / _MEMBER
            with archive.open(_MEMBER) as source, target.open("wb") as stream:
                while chunk := source.read(2**20):
                    stream.write(chunk)
            _load_h5(network, backbone, target, path.name)
    except KeyError as error:
        raise _misfit(path.name, backbone, "it is an archive without Keras weights") from error
    except zipfile.BadZipFile as error:
        raise WeightsError(f"“{path.name}” is damaged.", _choose(backbone)) from error


def _load_h5(network: keras.Model, backbone: Backbone, path: Path, name: str) -> None:
    with h5py.File(path, "r") as file:
        older = file.get("model_weights", file)
        if "layer_names" in older.attrs:
            _load_older(network, backbone, older, name)
            return
        found = _shapes_in(file)
    needed = sorted(tuple(weight.shape) for weight in network.weights)
    if found != needed:
        raise _misfit(name, backbone, _difference(found, needed))
    _load_current(network, backbone, path, name)
    with h5py.File(path, "r") as file:
        # Keras only warns of parts that it does not find where it looks for them, and leaves them at random.
        if sorted(_digest(value) for value in network.get_weights()) != _digests_in(file):
            raise _misfit(name, backbone, _OTHER_ORDER)


def _load_current(network: keras.Model, backbone: Backbone, path: Path, name: str) -> None:
    try:
        if path.name.endswith(".weights.h5"):
            network.load_weights(path)
        else:
            # Keras goes by the ending; a file of this layout may have been renamed.
            with tempfile.TemporaryDirectory() as folder:
                link = Path(folder) / _MEMBER
                link.write_bytes(path.read_bytes())
                network.load_weights(link)
    except (ValueError, KeyError) as error:
        raise _misfit(name, backbone, _OTHER_ORDER) from error


def _load_older(network: keras.Model, backbone: Backbone, file: h5py.Group, name: str) -> None:
    """Load the layout of Keras before version 3: layers in order, each with the names of its weights."""
    groups = [file[layer] for layer in file.attrs["layer_names"] if len(file[layer].attrs["weight_names"])]
    wanted = [layer for layer in network.layers if layer.weights]
    if len(groups) != len(wanted):
        reason = f"it holds {len(groups)} layers with weights, the network without its classifier has {len(wanted)}"
        raise _misfit(name, backbone, reason)
    for layer, group in zip(wanted, groups, strict=True):
        variables = layer.trainable_weights + layer.non_trainable_weights
        datasets = [group[weight] for weight in group.attrs["weight_names"]]
        found, needed = [dataset.shape for dataset in datasets], [tuple(v.shape) for v in variables]
        if found != needed:
            reason = f"its layer {group.name.rsplit('/')[-1]} has the shapes {found}, the network's {needed}"
            raise _misfit(name, backbone, reason)
        for variable, dataset in zip(variables, datasets, strict=True):
            variable.assign(dataset[()])


def _shapes_in(file: h5py.File) -> list[Shape]:
    return sorted(dataset.shape for dataset in _datasets_in(file))


def _digests_in(file: h5py.File) -> list[bytes]:
    return sorted(_digest(dataset[()]) for dataset in _datasets_in(file))


def _digest(values: NDArray[Any]) -> bytes:
    return hashlib.sha256(np.asarray(values, np.float32).tobytes()).digest()


def _datasets_in(file: h5py.File) -> list[h5py.Dataset]:
    """Return all weights in a file of Keras 3; an optimiser's numbers are not weights."""
    datasets: list[h5py.Dataset] = []

    def collect(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and "/vars/" in f"/{name}" and not name.startswith("optimizer"):
            datasets.append(item)

    file.visititems(collect)
    return datasets


def _difference(found: list[Shape], needed: list[Shape]) -> str:
    if len(found) != len(needed):
        return f"it holds {len(found)} weights, the network without its classifier has {len(needed)}"
    first, second = next(pair for pair in zip(found, needed, strict=True) if pair[0] != pair[1])
    return f"it holds a weight of shape {first} where the network has {second}"


def _misfit(name: str, backbone: Backbone, reason: str) -> WeightsError:
    return WeightsError(f"“{name}” does not fit {backbone.title}: {reason}.", _choose(backbone))


def _choose(backbone: Backbone) -> str:
    if backbone.shipped is not None:
        return f"Use the weights of {backbone.title} that are shipped with tlgui."
    return (
        f"Set the weights to “{DOWNLOAD}”, or to the path of a Keras weights file for {backbone.title} without its "
        f"classifier (“notop”); or choose the embedded backbone {BACKBONES[EMBEDDED_BACKBONE].title}."
    )
