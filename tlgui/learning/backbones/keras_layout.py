"""The layout of Keras 3's HDF5 files: the path of each weight follows from the network, not from the file."""

import re
from collections import Counter
from collections.abc import Iterator

import keras

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.backbones.weights_file import Shape, WeightsFile

_PARTS_OF_A_NAME = (re.compile(r"(.)([A-Z][a-z]+)"), re.compile(r"([a-z])([A-Z])"))
_OPTIMIZER, _RANDOM_STATE = "optimizer", "/seed_generator/"


def difference(network: keras.Model, file: WeightsFile) -> str:
    """Compare the shapes in a file with those of a network's weights.

    Args:
        network: The network.
        file: The weights in the layout of Keras 3.

    Returns:
        The first difference; empty where there is none.
    """
    found = sorted(shape for path, shape in file.shapes.items() if _is_weight(path))
    needed = sorted(tuple(weight.shape) for weight in network.weights)
    if len(found) != len(needed):
        return f"it holds {len(found)} weights, the network without its classifier has {len(needed)}"
    for first, second in zip(found, needed, strict=True):
        if first != second:
            return f"it holds a weight of shape {first} where the network has {second}"
    return ""


def fill(network: keras.Model, file: WeightsFile) -> None:
    """Set every weight of a network; none is set where one of them does not fit.

    Args:
        network: Made of built-in layers that share no weights, and of such networks.
        file: The weights in the layout of Keras 3.

    Raises:
        UntrustedError: A weight is not at its path, has another shape, or is not finite.
    """
    places = list(_places(network, "layers"))
    shapes = file.shapes
    if len(places) != len(network.weights) or any(shapes.get(path) != shape for path, shape, _ in places):
        raise UntrustedError("its layers stand in another order")
    values = [file.read(path) for path, _, _ in places]
    for (_, _, weight), value in zip(places, values, strict=True):
        weight.assign(value)


def _is_weight(path: str) -> bool:
    """Return whether it is neither optimizer state nor the RNG state of a dropout layer."""
    return "/vars/" in f"/{path}" and not path.startswith(_OPTIMIZER) and _RANDOM_STATE not in path


def _places(network: keras.Model, folder: str) -> Iterator[tuple[str, Shape, keras.Variable]]:
    """Yield each weight with its path, as `keras.saving` makes it: from the class of the layer and a count."""
    seen: Counter[str] = Counter()
    for layer in network.layers:
        kind = _snake_case(type(layer).__name__)
        place = f"{folder}/{kind}_{seen[kind]}" if seen[kind] else f"{folder}/{kind}"
        seen[kind] += 1
        if isinstance(layer, keras.Model):
            yield from _places(layer, f"{place}/layers")
        else:
            for number, weight in enumerate(layer.weights):
                yield f"{place}/vars/{number}", tuple(weight.shape), weight


def _snake_case(name: str) -> str:
    for pattern in _PARTS_OF_A_NAME:
        name = pattern.sub(r"\1_\2", name)
    return name.lower()
