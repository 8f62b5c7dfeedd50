"""Calculates the memory that a Keras network needs for inference from its graph, before it is run."""

import math
from collections import Counter
from typing import Any

import keras

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.networks.inference_function import traced

# Operations whose output is not a copy: weights, inputs and constants of the graph.
_WITHOUT_MEMORY = frozenset({"Const", "Placeholder", "ReadVariableOp"})
_UNKNOWN = "its network has steps of unknown size"


class _UnknownSizeError(UntrustedError):
    """The size of an operation's output is not known before it runs."""


def photo_bytes(model: keras.Model, trace: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return the most memory that the activations of a network take for one photo, in bytes.

    Args:
        model: The network.
        trace: What `inference_function.traced` returned for it.

    Raises:
        UntrustedError: The size of an activation depends on more than the number of photos.
    """
    try:
        return _held_bytes(trace.graph)
    except _UnknownSizeError:
        # Sizes in ConvNeXt are products with the number of photos, so they are unknown unless it is given.
        return _held_bytes(traced(model, 1).graph)


def _held_bytes(graph: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return the most bytes that are held at any time while the operations of a graph run one after the other."""
    operations = graph.get_operations()
    last_use = {tensor.ref(): index for index, operation in enumerate(operations) for tensor in operation.inputs}
    freed: Counter[int] = Counter()
    held = most = 0
    for index, operation in enumerate(operations):
        outputs = operation.outputs if operation.type not in _WITHOUT_MEMORY else ()
        sizes = {tensor.ref(): _bytes(tensor) for tensor in outputs}
        output_bytes = sum(sizes.values())
        for reference, size in sizes.items():
            freed[last_use.get(reference, index)] += size
        held += output_bytes
        # While it runs, an operation holds a copy of its output.
        most = max(most, held + output_bytes)
        held -= freed.pop(index, 0)
    return most


def _bytes(tensor: Any) -> int:  # noqa: ANN401 - TensorFlow has no types
    """Return the size of a tensor for one photo; the handle of a variable takes none."""
    if tensor.dtype.name == "resource":
        return 0
    if tensor.shape.rank is None:
        raise _UnknownSizeError(_UNKNOWN)
    dimensions = list(tensor.shape)
    # The first dimension is the batch.
    if dimensions and dimensions[0] is None:
        dimensions[0] = 1
    if None in dimensions or not tensor.dtype.size:
        raise _UnknownSizeError(_UNKNOWN)
    count: int = math.prod(dimensions)
    return count * int(tensor.dtype.size)
