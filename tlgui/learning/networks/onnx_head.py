"""The last steps of an ONNX network, from its last maps to its outputs, computed in NumPy with their gradient.

ONNX Runtime gives no gradients, and TensorFlow is not loaded to answer. What follows the last maps is a pooling and a
few small layers, whose derivatives are written out here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.networks.onnx_graph import Graph, Node, Value

_Array: TypeAlias = NDArray[np.float64]
_MAP_RANK = 3
_POOLINGS = frozenset({"GlobalAveragePool", "GlobalMaxPool"})


@dataclass(frozen=True, slots=True)
class Head:
    """The steps after the last maps.

    Args:
        nodes: In the order in which they run; each takes what the one before gave.
        constants: Their weights and shapes.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]

    @property
    def has_pooling(self) -> bool:
        """Whether each map becomes one number, and no place has a weight of its own."""
        return any(node.operator in _POOLINGS for node in self.nodes)

    def outputs(self, maps: _Array) -> _Array:
        """Return what the network gives: probabilities, shape (classes,).

        Args:
            maps: The last maps of one photo, shape (channels, height, width).
        """
        values = maps
        for node in self.nodes:
            values = _OPERATIONS[node.operator].forward(_Step(node, self.constants), values)
        return values

    def gradient(self, maps: _Array, target: int) -> _Array:
        """Return how the score of one class changes with each number of the maps.

        The score is what softmax takes for the class, less the mean of all classes: softmax does not change when the
        same is added to every class, so that only this part of it says anything.

        Args:
            maps: The last maps of one photo, shape (channels, height, width).
            target: The class, as an index in output order.

        Returns:
            The derivatives, of the shape of `maps`.
        """
        steps = [_Step(node, self.constants) for node in self.nodes]
        if self.nodes[-1].operator == "Softmax":
            steps.pop()
        taken = [maps]
        for step in steps:
            taken.append(_OPERATIONS[step.node.operator].forward(step, taken[-1]))
        slope = np.full(taken.pop().shape, -1.0)
        slope /= slope.size
        slope[target] += 1.0
        for step in reversed(steps):
            slope = _OPERATIONS[step.node.operator].backward(step, taken.pop(), slope)
        return slope


def split_at_maps(
    graph: Graph, shapes: Mapping[str, tuple[int, ...]], output: str
) -> tuple[Graph, Head] | tuple[None, None]:
    """Split a checked network into what gives its last maps and what follows them.

    Args:
        graph: The network.
        shapes: The shape of each tensor without the batch; maps with their channels first.
        output: What the output of the first part is called.

    Returns:
        The first part, from pixels to maps, and the second; None for both where the second has a step whose gradient
        is not known, or the maps have one pixel only.
    """
    makers = {node.output: node for node in graph.nodes}
    name, head = graph.output.name, list[Node]()
    while not _is_last_map(name, shapes, makers, head):
        node = makers.get(name)
        tensors = [each for each in node.inputs if each in shapes] if node is not None else []
        if node is None or node.operator not in _OPERATIONS or len(tensors) != 1:
            return None, None
        head.insert(0, node)
        name = tensors[0]
    shape = shapes[name]
    if name not in makers or shape[1:] == (1, 1):
        return None, None
    nodes = _needed(graph.nodes, name)
    nodes[-1] = replace(nodes[-1], output=output)
    used = {each for node in nodes for each in node.inputs}
    constants = {each: values for each, values in graph.constants.items() if each in used}
    return Graph(tuple(nodes), constants, graph.input, Value(output, shape)), Head(tuple(head), graph.constants)


def _is_last_map(
    name: str, shapes: Mapping[str, tuple[int, ...]], makers: Mapping[str, Node], head: Sequence[Node]
) -> bool:
    """Return whether a tensor is the last map: what is pooled, or what is flattened once its channels come last."""
    if len(shapes[name]) != _MAP_RANK:
        return False
    operator = makers[name].operator if name in makers else ""
    is_for_flatten = operator == "Transpose" and bool(head) and head[0].operator == "Flatten"
    return operator not in _POOLINGS and not is_for_flatten


def _needed(nodes: Sequence[Node], name: str) -> list[Node]:
    """Return the nodes that a tensor is made of, in their order; the last one gives it."""
    wanted, found = {name}, list[Node]()
    for node in reversed(nodes):
        if node.output in wanted:
            found.insert(0, node)
            wanted.update(node.inputs)
    return found


@dataclass(frozen=True, slots=True)
class _Step:
    node: Node
    constants: Mapping[str, NDArray[Any]]

    def constant(self, place: int) -> _Array | float:
        """Return a constant; 0 where there is none at this place, as a layer may have no bias."""
        return self.constants[self.node.inputs[place]].astype(np.float64) if place < len(self.node.inputs) else 0.0

    def order(self) -> tuple[int, ...]:
        """Return the order of axes of a transposition, without the batch."""
        order = self.node.attributes["perm"]
        assert isinstance(order, tuple)
        return tuple(axis - 1 for axis in order[1:])


@dataclass(frozen=True, slots=True)
class _Operation:
    """What an operator gives for what it takes, and how a slope of the one becomes one of the other.

    Args:
        forward: From what it takes to what it gives.
        backward: From what it takes and the slope with respect to what it gives, to the slope with respect to that.
    """

    forward: Callable[[_Step, _Array], _Array]
    backward: Callable[[_Step, _Array, _Array], _Array]


def _sigmoid(values: _Array) -> _Array:
    return np.exp(-np.logaddexp(0.0, -values))


def _softmax(_step: _Step, values: _Array) -> _Array:
    powers = np.exp(values - values.max())
    return np.asarray(powers / powers.sum())


def _softmax_slope(step: _Step, values: _Array, slope: _Array) -> _Array:
    shares = _softmax(step, values)
    return np.asarray(shares * (slope - (shares * slope).sum()))


def _gemm(step: _Step, values: _Array) -> _Array:
    return np.asarray(values @ step.constant(1) + step.constant(2))


def _gemm_slope(step: _Step, _values: _Array, slope: _Array) -> _Array:
    return np.asarray(slope @ np.transpose(step.constant(1)))


def _clip_slope(step: _Step, values: _Array, slope: _Array) -> _Array:
    return slope * ((values > step.constant(1)) & (values < step.constant(2)))


def _averaged_slope(_step: _Step, values: _Array, slope: _Array) -> _Array:
    return np.broadcast_to(slope / (values.shape[1] * values.shape[2]), values.shape)


def _largest_slope(_step: _Step, values: _Array, slope: _Array) -> _Array:
    """Share the slope among the pixels that are the largest of their channel, as TensorFlow does."""
    is_largest = values == values.max(axis=(1, 2), keepdims=True)
    return np.asarray(slope * is_largest / is_largest.sum(axis=(1, 2), keepdims=True))


def _kept(_step: _Step, _values: _Array, slope: _Array) -> _Array:
    return slope


_OPERATIONS: dict[str, _Operation] = {
    "Add": _Operation(lambda step, x: np.asarray(x + step.constant(1)), _kept),
    "Sub": _Operation(lambda step, x: np.asarray(x - step.constant(1)), _kept),
    "Mul": _Operation(
        lambda step, x: np.asarray(x * step.constant(1)), lambda step, _, slope: np.asarray(slope * step.constant(1))
    ),
    "Div": _Operation(
        lambda step, x: np.asarray(x / step.constant(1)), lambda step, _, slope: np.asarray(slope / step.constant(1))
    ),
    "Clip": _Operation(lambda step, x: np.clip(x, step.constant(1), step.constant(2)), _clip_slope),
    "Flatten": _Operation(lambda _, x: x.reshape(-1), lambda _, x, slope: slope.reshape(x.shape)),
    "Gemm": _Operation(_gemm, _gemm_slope),
    "GlobalAveragePool": _Operation(lambda _, x: np.asarray(x.mean(axis=(1, 2), keepdims=True)), _averaged_slope),
    "GlobalMaxPool": _Operation(lambda _, x: np.asarray(x.max(axis=(1, 2), keepdims=True)), _largest_slope),
    "Neg": _Operation(lambda _, x: -x, lambda _, __, slope: -slope),
    "Relu": _Operation(lambda _, x: np.maximum(x, 0.0), lambda _, x, slope: slope * (x > 0)),
    "Sigmoid": _Operation(
        lambda _, x: _sigmoid(x), lambda _, x, slope: np.asarray(slope * _sigmoid(x) * (1.0 - _sigmoid(x)))
    ),
    "Softmax": _Operation(_softmax, _softmax_slope),
    "Softplus": _Operation(
        lambda _, x: np.asarray(np.logaddexp(0.0, x)), lambda _, x, slope: np.asarray(slope * _sigmoid(x))
    ),
    "Tanh": _Operation(lambda _, x: np.tanh(x), lambda _, x, slope: np.asarray(slope * (1.0 - np.tanh(x) ** 2))),
    "Transpose": _Operation(
        lambda step, x: x.transpose(step.order()), lambda step, _, slope: slope.transpose(np.argsort(step.order()))
    ),
}
