"""The ONNX network of a `.tlmodel`, checked before ONNX Runtime sees it.

Every operator is on a list, with its inputs, its settings and the shape of what it gives; so the most memory that a
photo takes is known beforehand. Nothing else that ONNX could say has a place in `onnx_graph`.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.networks.onnx_graph import Attribute, Graph, Node, Value, decode
from tlgui.learning.networks.onnx_runtime import FEATURES, INPUT, OUTPUT
from tlgui.learning.results import ModelSummary

# A shape without its first dimension, the batch.
_Shape: TypeAlias = tuple[int, ...]
_Array: TypeAlias = NDArray[Any]

_MOST_NODES = 5000
_MOST_SETTING = 4096
_BYTES_A_NUMBER = 4
_MAP, _VECTOR = 3, 1
_SENSELESS = "its ONNX network makes no sense"


@dataclass(frozen=True, slots=True)
class CheckedGraph:
    """A network that may be run.

    Args:
        graph: The network.
        photo_bytes: The most memory that its activations take for one photo, in bytes.
        weight_bytes: Size of its weights, in bytes.
        shapes: The shape of each tensor without the batch; maps with their channels first.
    """

    graph: Graph
    photo_bytes: int
    weight_bytes: int
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def feature_length(self) -> int | None:
        """How many features the network gives of one photo; None where it gives none."""
        return next((math.prod(output.shape) for output in self.graph.more_outputs), None)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one operator gets: tensors, by their shapes, then constants."""

    shapes: Sequence[_Shape]
    constants: Sequence[_Array]
    attributes: Mapping[str, Attribute]

    def shape(self, rank: int | None = None) -> _Shape:
        """Return the shape of the only tensor."""
        if len(self.shapes) != 1 or rank not in (None, len(self.shapes[0])):
            raise UntrustedError(_SENSELESS)
        return self.shapes[0]

    def weights(self, place: int, *shape: int) -> _Array:
        """Return a constant of float32, of this shape if one is given."""
        return self._constant(place, np.float32, shape or None)

    def numbers(self, place: int, count: int) -> tuple[int, ...]:
        """Return a constant of whole numbers."""
        return tuple(map(int, self._constant(place, np.int64, (count,))))

    def expect_constants(self, *counts: int) -> None:
        """Check how many constants it gets."""
        if len(self.constants) not in counts:
            raise UntrustedError(_SENSELESS)

    def settings(self, name: str, count: int, low: int) -> tuple[int, ...]:
        """Return an attribute that is a list of whole numbers."""
        values = self.attributes.get(name)
        if not isinstance(values, tuple) or len(values) != count:
            raise UntrustedError(_SENSELESS)
        if not all(low <= value <= _MOST_SETTING for value in values):
            raise UntrustedError(_SENSELESS)
        return values

    def expect_attributes(self, **attributes: Attribute) -> None:
        """Check that it has these attributes and no other."""
        if dict(self.attributes) != attributes:
            raise UntrustedError(_SENSELESS)

    def _constant(self, place: int, dtype: type, shape: _Shape | None) -> _Array:
        if place >= len(self.constants):
            raise UntrustedError(_SENSELESS)
        found = self.constants[place]
        if found.dtype != dtype or shape not in (None, found.shape):
            raise UntrustedError(_SENSELESS)
        return found


def check_graph(data: bytes, side: int, class_count: int) -> CheckedGraph:
    """Read a network and check every part of it.

    Args:
        data: The ONNX file.
        side: Side of the pictures that the network must take, in pixels.
        class_count: How many probabilities it must give.

    Returns:
        The network.

    Raises:
        UntrustedError: It is damaged, or holds anything but known operators on pictures and finite weights.
    """
    graph = decode(data)
    if (graph.input, graph.output) != (Value(INPUT, (side, side, 3)), Value(OUTPUT, (class_count,))):
        raise UntrustedError(
            f"its ONNX network does not turn pictures of {side} by {side} pixels into {class_count} probabilities"
        )
    if any(each != Value(FEATURES, each.shape[:1]) for each in graph.more_outputs) or len(graph.more_outputs) > 1:
        raise UntrustedError("its ONNX network has other outputs than tlgui gives it")
    if len(graph.nodes) > _MOST_NODES:
        raise UntrustedError("its ONNX network has more parts than any that tlgui trains")
    shapes = _checked_shapes(graph)
    weights = sum(array.nbytes for array in graph.constants.values())
    return CheckedGraph(graph, _held_bytes(graph, shapes), weights, shapes)


def gives_features(data: bytes, summary: ModelSummary) -> bool:
    """Return whether an ONNX network gives features of the length that the limit of novelty in a summary is about."""
    novelty = summary.trust.novelty if summary.trust else None
    return novelty is not None and decode(data).more_outputs == (Value(FEATURES, (novelty.length,)),)


def _checked_shapes(graph: Graph) -> dict[str, _Shape]:
    """Return the shape of every tensor; each is defined once, and before it is used."""
    shapes = {graph.input.name: graph.input.shape}
    for node in graph.nodes:
        if node.output in shapes or node.output in graph.constants:
            raise UntrustedError(_SENSELESS)
        shapes[node.output] = _shape_of(node, shapes, graph.constants)
    used = {name for node in graph.nodes for name in node.inputs}
    if graph.input.name in graph.constants or not used >= graph.constants.keys():
        raise UntrustedError(_SENSELESS)
    given = {node.output: shapes[node.output] for node in graph.nodes}
    outputs = (graph.output, *graph.more_outputs)
    if any(given.get(output.name) != output.shape for output in outputs) or graph.output.name in used:
        raise UntrustedError(_SENSELESS)
    for array in graph.constants.values():
        if array.dtype == np.float32 and not np.isfinite(array).all():
            raise UntrustedError("some weights of its ONNX network are no numbers")
    return shapes


def _shape_of(node: Node, shapes: Mapping[str, _Shape], constants: Mapping[str, _Array]) -> _Shape:
    shape = _OPERATORS.get(node.operator)
    if shape is None:
        raise UntrustedError(f"its ONNX network has a step that tlgui does not know: “{node.operator[:80]}”")
    if not node.inputs or any(name not in shapes and name not in constants for name in node.inputs):
        raise UntrustedError(_SENSELESS)
    tensors = [shapes[name] for name in node.inputs if name in shapes]
    # Tensors come first, so no step is one of constants alone.
    if not tensors or any(name not in shapes for name in node.inputs[: len(tensors)]):
        raise UntrustedError(_SENSELESS)
    values = [constants[name] for name in node.inputs[len(tensors) :]]
    result = shape(_Step(tensors, values, node.attributes))
    if min(result, default=1) < 1:
        raise UntrustedError(_SENSELESS)
    return result


def _held_bytes(graph: Graph, shapes: Mapping[str, _Shape]) -> int:
    """Return the most bytes that are held at any time while the nodes run one after the other."""
    last_use = {name: index for index, node in enumerate(graph.nodes) for name in node.inputs}
    # Outputs are held to the end.
    last_use |= {output.name: len(graph.nodes) for output in (graph.output, *graph.more_outputs)}
    freed: Counter[int] = Counter()
    held = most = math.prod(graph.input.shape) * _BYTES_A_NUMBER
    for index, node in enumerate(graph.nodes):
        size = math.prod(shapes[node.output]) * _BYTES_A_NUMBER
        freed[last_use.get(node.output, index)] += size
        held += size
        # While it runs, an operation may hold a copy of its output.
        most = max(most, held + size)
        held -= freed.pop(index, 0)
    return most


def _same(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(0)
    return step.shape()


def _hard_sigmoid(step: _Step) -> _Shape:
    step.expect_constants(0)
    if not all(isinstance(step.attributes.get(name), float) for name in ("alpha", "beta")) or len(step.attributes) > 2:
        raise UntrustedError(_SENSELESS)
    return step.shape()


def _clip(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(2)
    for place in range(2):
        if step.weights(place).shape:
            raise UntrustedError(_SENSELESS)
    return step.shape()


def _softmax(step: _Step) -> _Shape:
    step.expect_attributes(axis=1)
    step.expect_constants(0)
    return step.shape(_VECTOR)


def _combined(step: _Step) -> _Shape:
    step.expect_attributes()
    first, *others = step.shapes
    constants = [step.weights(place).shape for place in range(len(step.constants))]
    # Constants have no batch: with as many dimensions as a tensor they would be combined with it.
    if len(others) + len(constants) != 1 or any(len(shape) > len(first) for shape in constants):
        raise UntrustedError(_SENSELESS)
    if any(len(shape) != len(first) for shape in others):
        raise UntrustedError(_SENSELESS)
    try:
        return tuple(np.broadcast_shapes(first, *others, *constants))
    except ValueError as error:
        raise UntrustedError(_SENSELESS) from error


def _concatenated(step: _Step) -> _Shape:
    step.expect_attributes(axis=1)
    step.expect_constants(0)
    first, *others = step.shapes
    if any(len(shape) != len(first) or shape[1:] != first[1:] for shape in others):
        raise UntrustedError(_SENSELESS)
    return (sum(shape[0] for shape in step.shapes), *first[1:])


def _convolution(step: _Step) -> _Shape:
    channels, height, width = step.shape(_MAP)
    step.expect_constants(1, 2)
    kernel = step.weights(0).shape
    group = step.attributes.get("group", 1)
    if len(kernel) != _MAP + 1 or not isinstance(group, int) or group < 1:
        raise UntrustedError(_SENSELESS)
    outputs, inputs, *window = kernel
    if channels != inputs * group or outputs % group or step.settings("kernel_shape", 2, 1) != tuple(window):
        raise UntrustedError(_SENSELESS)
    if len(step.constants) > 1:
        step.weights(1, outputs)
    if set(step.attributes) == {"kernel_shape"}:
        return (outputs, height - window[0] + 1, width - window[1] + 1)
    _expect_names(step, "kernel_shape", "strides", "pads", "dilations", "group")
    dilations = step.settings("dilations", 2, 1)
    spans = [(size - 1) * dilation + 1 for size, dilation in zip(window, dilations, strict=True)]
    return (outputs, *_slid(step, (height, width), spans))


def _pooled(step: _Step) -> _Shape:
    channels, *sizes = step.shape(_MAP)
    step.expect_constants(0)
    _expect_names(step, "kernel_shape", "strides", "pads", *({"count_include_pad"} & step.attributes.keys()))
    window, pads = step.settings("kernel_shape", 2, 1), step.settings("pads", 4, 0)
    if step.attributes.get("count_include_pad", 0) != 0 or any(
        pad >= size for pad, size in zip(pads, window * 2, strict=True)
    ):
        raise UntrustedError(_SENSELESS)
    return (channels, *_slid(step, sizes, window))


def _slid(step: _Step, sizes: Sequence[int], spans: Sequence[int]) -> _Shape:
    """Return the height and width that a sliding window leaves."""
    strides, pads = step.settings("strides", 2, 1), step.settings("pads", 4, 0)
    return tuple(
        (size + pads[axis] + pads[axis + 2] - spans[axis]) // strides[axis] + 1 for axis, size in enumerate(sizes)
    )


def _global_pooled(step: _Step) -> _Shape:
    return (_same(_Step([step.shape(_MAP)], step.constants, step.attributes))[0], 1, 1)


def _transposed(step: _Step) -> _Shape:
    step.expect_constants(0)
    shape, order = step.shape(_MAP), step.settings("perm", _MAP + 1, 0)
    _expect_names(step, "perm")
    if order[0] != 0 or sorted(order) != [0, 1, 2, 3]:
        raise UntrustedError("its ONNX network mixes photos with each other")
    return tuple(shape[place - 1] for place in order[1:])


def _flattened(step: _Step) -> _Shape:
    step.expect_attributes(axis=1)
    step.expect_constants(0)
    return (math.prod(step.shape()),)


def _reshaped(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(1)
    (length,) = step.shape(_VECTOR)
    if step.numbers(0, _MAP + 1) != (0, length, 1, 1):
        raise UntrustedError(_SENSELESS)
    return (length, 1, 1)


def _dense(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(1, 2)
    (length,), matrix = step.shape(_VECTOR), step.weights(0).shape
    if len(matrix) != 2 or matrix[0] != length:
        raise UntrustedError(_SENSELESS)
    if len(step.constants) > 1:
        step.weights(1, matrix[1])
    return (matrix[1],)


def _padded(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(1)
    channels, height, width = step.shape(_MAP)
    pads = step.numbers(0, 8)
    if min(pads) < 0 or max(pads) > _MOST_SETTING or any(pads[place] for place in (0, 1, 4, 5)):
        raise UntrustedError(_SENSELESS)
    return (channels, height + pads[2] + pads[6], width + pads[3] + pads[7])


def _cropped(step: _Step) -> _Shape:
    step.expect_attributes()
    step.expect_constants(3)
    channels, *sizes = step.shape(_MAP)
    starts, ends, axes = (step.numbers(place, 2) for place in range(3))
    if axes != (2, 3) or not all(
        0 <= start < end <= size for start, end, size in zip(starts, ends, sizes, strict=True)
    ):
        raise UntrustedError(_SENSELESS)
    return (channels, ends[0] - starts[0], ends[1] - starts[1])


def _layer_normalized(step: _Step) -> _Shape:
    step.expect_constants(1, 2)
    shape = step.shape()
    for place in range(len(step.constants)):
        step.weights(place, shape[-1])
    _expect_names(step, "axis", "epsilon")
    epsilon = step.attributes["epsilon"]
    if step.attributes["axis"] != -1 or not isinstance(epsilon, float) or epsilon <= 0:
        raise UntrustedError(_SENSELESS)
    return shape


def _expect_names(step: _Step, *names: str) -> None:
    if set(step.attributes) != set(names):
        raise UntrustedError(_SENSELESS)


# From what an operator gets to the shape of what it gives.
_OPERATORS: dict[str, Callable[[_Step], _Shape]] = {
    **dict.fromkeys(("Relu", "Sigmoid", "Tanh", "Neg", "Softplus", "Erf", "HardSwish"), _same),
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _combined),
    **dict.fromkeys(("AveragePool", "MaxPool"), _pooled),
    **dict.fromkeys(("GlobalAveragePool", "GlobalMaxPool"), _global_pooled),
    "Clip": _clip,
    "Concat": _concatenated,
    "Conv": _convolution,
    "Flatten": _flattened,
    "Gemm": _dense,
    "HardSigmoid": _hard_sigmoid,
    "LayerNormalization": _layer_normalized,
    "Pad": _padded,
    "Reshape": _reshaped,
    "Slice": _cropped,
    "Softmax": _softmax,
    "Transpose": _transposed,
}
