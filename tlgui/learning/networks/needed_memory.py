"""How much memory a network takes to name photos: worked out from its graph, before any of it is run.

One budget holds for whatever is named at once: it decides how many photos that are, and which networks are refused.
"""

import math
from collections import Counter
from typing import Any

import keras
import psutil

from tlgui.files.zip_archive import TooLargeError, UntrustedError
from tlgui.learning.networks.inference_function import traced

# Twice what VGG16 needs for one photo of 1024 pixels, which is the most that any recipe's network does.
BUDGET_BYTES = 3 * 2**29

# The weights themselves, the file they come from, and the constants they are frozen into with all that takes.
_COPIES_OF_WEIGHTS = 4
# Neither is copied: they are the weights, or lie in the graph.
_WITHOUT_MEMORY = frozenset({"Const", "Placeholder", "ReadVariableOp"})
_UNKNOWN = "its network has steps of unknown size"


class _UnknownSizeError(UntrustedError):
    """The size of a step is not known before it runs."""


def photo_bytes(model: keras.Model, trace: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return the most memory that what lies between the steps of a network takes for one photo.

    Args:
        model: The network.
        trace: What `runtime.traced` returned for it.

    Raises:
        UntrustedError: A step's size depends on more than the number of photos.
    """
    try:
        return _held_bytes(trace.graph)
    except _UnknownSizeError:
        # ConvNeXt folds the number of photos into other sizes, which are known only once it is.
        return _held_bytes(traced(model, 1).graph)


def batch_size_for(bytes_a_photo: int, most: int) -> int:
    """Return how many photos may be named at once: `most`, or fewer where they are large."""
    size = most
    while size > 1 and size * bytes_a_photo > BUDGET_BYTES:
        size //= 2
    return size


def check_photo_bytes(bytes_a_photo: int) -> None:
    """Refuse a network that takes more for one photo than the budget.

    Raises:
        UntrustedError: It does.
    """
    if bytes_a_photo > BUDGET_BYTES:
        needed, most = _gigabytes(bytes_a_photo), _gigabytes(BUDGET_BYTES)
        raise UntrustedError(f"its network needs {needed} of memory to name one photo, where {most} must do")


def check_memory(weight_bytes: int, bytes_a_photo: int) -> None:
    """Refuse a network that this computer has not enough memory for.

    Args:
        weight_bytes: Of all weights.
        bytes_a_photo: What `photo_bytes` returned; 0 while nobody knows.

    Raises:
        TooLargeError: It has not.
    """
    needed = weight_bytes * _COPIES_OF_WEIGHTS + bytes_a_photo
    present = int(psutil.virtual_memory().total)
    if needed > present:
        needs = f"its network needs about {_gigabytes(needed)} of memory"
        raise TooLargeError(f"{needs}, and this computer has {_gigabytes(present)}")


def _held_bytes(graph: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return the most that is held at any time while the steps of a graph run one after the other."""
    steps = graph.get_operations()
    last_use = {tensor.ref(): place for place, step in enumerate(steps) for tensor in step.inputs}
    ending: Counter[int] = Counter()
    held = most = 0
    for place, step in enumerate(steps):
        sizes = {tensor.ref(): _bytes(tensor) for tensor in step.outputs} if step.type not in _WITHOUT_MEMORY else {}
        made = sum(sizes.values())
        for reference, size in sizes.items():
            ending[last_use.get(reference, place)] += size
        held += made
        # While a step works it holds a copy of what it makes.
        most = max(most, held + made)
        held -= ending.pop(place, 0)
    return most


def _bytes(tensor: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return how many bytes a tensor takes for one photo; what only names a variable takes none."""
    if tensor.dtype.name == "resource":
        return 0
    if tensor.shape.rank is None:
        raise _UnknownSizeError(_UNKNOWN)
    dimensions = list(tensor.shape)
    # The first one counts the photos.
    if dimensions and dimensions[0] is None:
        dimensions[0] = 1
    if None in dimensions or not tensor.dtype.size:
        raise _UnknownSizeError(_UNKNOWN)
    count: int = math.prod(dimensions)
    return count * int(tensor.dtype.size)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
