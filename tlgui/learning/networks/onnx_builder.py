"""An ONNX graph while it is being built, node by node.

Maps lie in memory channel by channel, as ONNX wants them; their shapes are still told as Keras tells them, channels
last.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tlgui.learning.networks.onnx_graph import Attribute, Graph, Node, Value

MAP_RANK = 3
"""Height, width and channels."""
_CHANNELS_FIRST, _CHANNELS_LAST = (0, 3, 1, 2), (0, 2, 3, 1)


class UnknownLayerError(Exception):
    """The network has a layer, or a setting of one, that is not converted."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a node gives.

    Args:
        name: Its name in the graph.
        shape: Its shape in Keras, without the first dimension.
    """

    name: str
    shape: tuple[int, ...]

    @property
    def is_map(self) -> bool:
        """Whether it has height, width and channels."""
        return len(self.shape) == MAP_RANK


class GraphBuilder:
    """Collects nodes and constants."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._numbers = itertools.count()
        self._changed: set[str] = set()
        self._constants: dict[str, NDArray[np.float32] | NDArray[np.int64]] = {}

    def node(self, operator: str, inputs: Sequence[str], shape: Sequence[int], **attributes: Attribute) -> Tensor:
        """Add a node, and return what it gives."""
        if not self._changed.isdisjoint(inputs):
            raise UnknownLayerError("a convolution that is used with and without its batch normalisation")
        output = f"t{next(self._numbers)}"
        self._nodes.append(Node(operator, tuple(inputs), output, attributes))
        return Tensor(output, tuple(shape))

    def weights(self, values: ArrayLike) -> str:
        """Add a constant of float32, and return its name."""
        return self._constant(np.asarray(values, np.float32))

    def numbers(self, values: Sequence[int]) -> str:
        """Add a constant of int64, such as a shape, and return its name."""
        return self._constant(np.asarray(values, np.int64))

    def channels_first(self, tensor: Tensor) -> Tensor:
        """Bring what lies as Keras has it into the order of this graph."""
        return self._transposed(tensor, _CHANNELS_FIRST)

    def channels_last(self, tensor: Tensor) -> Tensor:
        """Bring a map into Keras's order; anything else is returned as it is."""
        return self._transposed(tensor, _CHANNELS_LAST)

    def scale_convolution(
        self, tensor: Tensor, factors: NDArray[np.float64], offsets: NDArray[np.float64]
    ) -> Tensor | None:
        """Change the convolution that gave a tensor so that it gives `factors * tensor + offsets`.

        Args:
            tensor: What the last node gave; it cannot be used any more.
            factors: One a channel.
            offsets: One a channel.

        Returns:
            What the convolution gives now; None where the last node is not one, or did not give the tensor.
        """
        last = self._nodes[-1]
        if last.operator != "Conv" or last.output != tensor.name:
            return None
        kernel, *bias = last.inputs[1:]
        weights = self._constants[kernel].astype(np.float64)
        self._constants[kernel] = (weights * factors.reshape(-1, 1, 1, 1)).astype(np.float32)
        shift = offsets + (self._constants.pop(bias[0]).astype(np.float64) * factors if bias else 0)
        self._nodes.pop()
        self._changed.add(tensor.name)
        return self.node("Conv", [*last.inputs[:2], self.weights(shift)], tensor.shape, **last.attributes)

    def graph(self, source: Value, outputs: Mapping[str, Value]) -> Graph:
        """Return the graph.

        Args:
            source: Its input.
            outputs: Its outputs, by the names of the tensors that they are; the first is what the last layer gives.
        """
        if self._nodes[-1].output != next(iter(outputs)):
            raise UnknownLayerError("the output is not what the last layer gives")
        if not outputs.keys() <= {node.output for node in self._nodes} - self._changed:
            raise UnknownLayerError("an output that no layer gives")
        names = {tensor: value.name for tensor, value in outputs.items()}
        nodes = tuple(
            replace(
                node,
                inputs=tuple(names.get(each, each) for each in node.inputs),
                output=names.get(node.output, node.output),
            )
            for node in self._nodes
        )
        output, *more_outputs = outputs.values()
        return Graph(nodes, self._constants, source, output, tuple(more_outputs))

    def _transposed(self, tensor: Tensor, order: tuple[int, ...]) -> Tensor:
        return self.node("Transpose", [tensor.name], tensor.shape, perm=order) if tensor.is_map else tensor

    def _constant(self, values: NDArray[np.float32] | NDArray[np.int64]) -> str:
        name = f"c{next(self._numbers)}"
        self._constants[name] = values
        return name
