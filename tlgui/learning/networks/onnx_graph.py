"""ONNX files of the few kinds of parts that tlgui's networks have, written and read without the `onnx` package.

`onnx` takes 0.1 s to import and reads everything that the format knows. Here only the fields that `encode` writes are
read, each at most once where it is not a list, and everything else is refused: external data, functions, subgraphs and
operators of other domains have no field that could hold them. What ONNX Runtime gets is always written by `encode`, so
that it never parses a file of somebody else. The numbers of the fields are those of
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tlgui.files.zip_archive import DamagedError, UntrustedError

OPSET = 17
_IR_VERSION = 8
_PRODUCER = b"tlgui"

Attribute: TypeAlias = int | float | str | tuple[int, ...]

# Kinds of values on the wire.
_VARINT, _LENGTH, _FIXED32 = 0, 2, 5
_FLOAT, _INT64 = 1, 7
_DTYPES: dict[int, np.dtype[Any]] = {_FLOAT: np.dtype("<f4"), _INT64: np.dtype("<i8")}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_STRING, _ATTRIBUTE_INTS = 1, 2, 3, 7
_MOST_PARTS = 100_000
_MOST_RANK = 8
_BATCH = b"batch"
_STRANGE = "its ONNX network is not as tlgui writes it"


@dataclass(frozen=True, slots=True)
class Node:
    """One operation with one output.

    Args:
        operator: Its name in the default domain.
        inputs: Names of constants, of outputs of other nodes, or of the graph's input.
        output: Its name.
        attributes: Its settings.
    """

    operator: str
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Value:
    """The input or an output of a graph: float32, with any number of pictures as its first dimension.

    Args:
        name: Its name.
        shape: Its shape without the first dimension.
    """

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """A network of one input.

    Args:
        nodes: In the order in which they run.
        constants: Weights, float32, and shapes, int64.
        input: Its input.
        output: Its output.
        more_outputs: Tensors on the way to it that can be asked for too.
    """

    nodes: tuple[Node, ...]
    constants: Mapping[str, NDArray[Any]]
    input: Value
    output: Value
    more_outputs: tuple[Value, ...] = ()


def encode(graph: Graph) -> bytes:
    """Return a graph as an ONNX file."""
    parts: list[bytes | memoryview] = [_field(1, _node(node)) for node in graph.nodes]
    parts.append(_field(2, _PRODUCER))
    for name, array in graph.constants.items():
        parts += _tensor(name, array)
    parts += [
        _field(11, _value(graph.input)),
        *(_field(12, _value(output)) for output in (graph.output, *graph.more_outputs)),
    ]
    start = _number(1, _IR_VERSION) + _field(2, _PRODUCER) + _start(7, sum(map(len, parts)))
    return b"".join([start, *parts, _field(8, _field(1, b"") + _number(2, OPSET))])


def decode(data: bytes) -> Graph:
    """Read a file that `encode` wrote; it is not trusted.

    Args:
        data: The file.

    Returns:
        The graph; its constants are views into `data`.

    Raises:
        UntrustedError: It is damaged, or holds anything that `encode` does not write. Whether its nodes make sense
            together is not checked.
    """
    model = _Message(memoryview(data), {1: _VARINT, 2: _LENGTH, 7: _LENGTH, 8: _LENGTH}, repeated=())
    opset = _Message(model.bytes(8), {1: _LENGTH, 2: _VARINT}, repeated=())
    if (model.number(1), opset.text(1), opset.number(2)) != (_IR_VERSION, "", OPSET):
        raise UntrustedError(_STRANGE)
    kinds = {1: _LENGTH, 2: _LENGTH, 5: _LENGTH, 11: _LENGTH, 12: _LENGTH}
    graph = _Message(model.bytes(7), kinds, repeated=(1, 5, 12))
    constants: dict[str, NDArray[Any]] = {}
    for part in graph.all(5):
        name, array = _decoded_tensor(part)
        if name in constants:
            raise UntrustedError(_STRANGE)
        constants[name] = array
    nodes = tuple(_decoded_node(part) for part in graph.all(1))
    output, *more_outputs = map(_decoded_value, graph.all(12) or [graph.bytes(12)])
    return Graph(nodes, constants, _decoded_value(graph.bytes(11)), output, tuple(more_outputs))


def _node(node: Node) -> bytes:
    parts = [_field(1, name.encode()) for name in node.inputs]
    parts += [_field(2, node.output.encode()), _field(4, node.operator.encode())]
    parts += [_field(5, _attribute(name, value)) for name, value in node.attributes.items()]
    return b"".join(parts)


def _attribute(name: str, value: Attribute) -> bytes:
    start = _field(1, name.encode())
    if isinstance(value, int):
        return start + _number(3, value) + _number(20, _ATTRIBUTE_INT)
    if isinstance(value, float):
        return start + _key(2, _FIXED32) + struct.pack("<f", value) + _number(20, _ATTRIBUTE_FLOAT)
    if isinstance(value, str):
        return start + _field(4, value.encode()) + _number(20, _ATTRIBUTE_STRING)
    return start + b"".join(_number(8, each) for each in value) + _number(20, _ATTRIBUTE_INTS)


def _tensor(name: str, array: NDArray[Any]) -> list[bytes | memoryview]:
    """Return a constant of the graph in two pieces, so that its numbers are copied once."""
    kind = _INT64 if array.dtype == _DTYPES[_INT64] else _FLOAT
    numbers = np.ascontiguousarray(array, _DTYPES[kind]).reshape(-1).data.cast("B")
    dimensions = b"".join(_number(1, size) for size in array.shape)
    content = dimensions + _number(2, kind) + _field(8, name.encode()) + _start(9, len(numbers))
    return [_start(5, len(content) + len(numbers)) + content, numbers]


def _value(value: Value) -> bytes:
    dimensions = _field(1, _field(2, _BATCH)) + b"".join(_field(1, _number(1, size)) for size in value.shape)
    return _field(1, value.name.encode()) + _field(2, _field(1, _number(1, _FLOAT) + _field(2, dimensions)))


def _field(number: int, content: bytes) -> bytes:
    return _start(number, len(content)) + content


def _start(number: int, length: int) -> bytes:
    return _key(number, _LENGTH) + _varint(length)


def _number(number: int, value: int) -> bytes:
    return _key(number, _VARINT) + _varint(value)


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    value &= 2**64 - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class _Message:
    """The fields of one message, by their numbers.

    Args:
        data: The message.
        kinds: The fields that it may have, and how each is written.
        repeated: Those of them that may occur more than once.
    """

    def __init__(self, data: memoryview, kinds: Mapping[int, int], repeated: tuple[int, ...]) -> None:
        self._found: dict[int, list[Any]] = {}
        for count, (number, kind, value) in enumerate(_fields(data)):
            found = self._found.setdefault(number, [])
            if kinds.get(number) != kind or (found and number not in repeated) or count > _MOST_PARTS:
                raise UntrustedError(_STRANGE)
            found.append(value)

    @property
    def numbers(self) -> set[int]:
        """The fields that it has."""
        return set(self._found)

    def all(self, number: int) -> list[Any]:
        """Return every value of a field."""
        return self._found.get(number, [])

    def one(self, number: int) -> Any:  # noqa: ANN401 - what the field holds
        """Return the one value of a field."""
        if number not in self._found:
            raise UntrustedError(_STRANGE)
        return self._found[number][0]

    def bytes(self, number: int) -> memoryview:
        """Return the one value of a field that holds bytes."""
        value = self.one(number)
        assert isinstance(value, memoryview)
        return value

    def number(self, number: int) -> int:
        """Return the one value of a field that holds a whole number."""
        return int(self.one(number))

    def text(self, number: int) -> str:
        """Return the one value of a field that holds text."""
        return _text(self.bytes(number))


def _fields(data: memoryview) -> Iterator[tuple[int, int, Any]]:
    """Yield number, kind and value of each field of a message."""
    place = 0
    while place < len(data):
        key, place = _read_varint(data, place)
        number, kind = key >> 3, key & 7
        value: object
        if kind == _VARINT:
            value, place = _read_varint(data, place)
            value -= (value >> 63) << 64
        elif kind in (_LENGTH, _FIXED32):
            size, place = _read_varint(data, place) if kind == _LENGTH else (4, place)
            value = data[place : place + size]
            place += size
            if place > len(data):
                raise DamagedError("its ONNX network is cut off")
        else:
            raise UntrustedError(_STRANGE)
        yield number, kind, value


def _read_varint(data: memoryview, place: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            raise DamagedError("its ONNX network is cut off")
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    if value >= 2**64:
        raise UntrustedError(_STRANGE)
    return value, place


def _text(data: memoryview) -> str:
    try:
        return bytes(data).decode("ascii")
    except UnicodeDecodeError as error:
        raise UntrustedError(_STRANGE) from error


def _decoded_node(data: memoryview) -> Node:
    message = _Message(data, {1: _LENGTH, 2: _LENGTH, 4: _LENGTH, 5: _LENGTH}, repeated=(1, 5))
    attributes = dict(_decoded_attribute(part) for part in message.all(5))
    if len(attributes) != len(message.all(5)):
        raise UntrustedError(_STRANGE)
    return Node(message.text(4), tuple(map(_text, message.all(1))), message.text(2), attributes)


def _decoded_attribute(data: memoryview) -> tuple[str, Attribute]:
    message = _Message(data, {1: _LENGTH, 2: _FIXED32, 3: _VARINT, 4: _LENGTH, 8: _VARINT, 20: _VARINT}, repeated=(8,))
    kind, value = message.number(20), message.numbers - {1, 20}
    name = message.text(1)
    if kind == _ATTRIBUTE_INT and value == {3}:
        return name, message.number(3)
    if kind == _ATTRIBUTE_FLOAT and value == {2}:
        (number,) = struct.unpack("<f", message.bytes(2))
        if math.isfinite(number):
            return name, float(number)
    if kind == _ATTRIBUTE_STRING and value == {4}:
        return name, message.text(4)
    if kind == _ATTRIBUTE_INTS and value == {8}:
        return name, tuple(message.all(8))
    raise UntrustedError(_STRANGE)


def _decoded_tensor(data: memoryview) -> tuple[str, NDArray[Any]]:
    message = _Message(data, {1: _VARINT, 2: _VARINT, 8: _LENGTH, 9: _LENGTH}, repeated=(1,))
    dtype, shape, raw = _DTYPES.get(message.number(2)), tuple(message.all(1)), message.bytes(9)
    if dtype is None or len(shape) > _MOST_RANK or min(shape, default=1) < 1:
        raise UntrustedError(_STRANGE)
    if math.prod(shape) * dtype.itemsize != len(raw):
        raise UntrustedError("its ONNX network has weights of another size than it says")
    return message.text(8), np.frombuffer(raw, dtype).reshape(shape)


def _decoded_value(data: memoryview) -> Value:
    message = _Message(data, {1: _LENGTH, 2: _LENGTH}, repeated=())
    tensor = _Message(_Message(message.bytes(2), {1: _LENGTH}, repeated=()).bytes(1), {1: _VARINT, 2: _LENGTH}, ())
    batch, *dimensions = _Message(tensor.bytes(2), {1: _LENGTH}, repeated=(1,)).all(1) or [memoryview(b"")]
    if tensor.number(1) != _FLOAT or _Message(batch, {2: _LENGTH}, repeated=()).bytes(2) != _BATCH:
        raise UntrustedError(_STRANGE)
    shape = tuple(_Message(each, {1: _VARINT}, repeated=()).number(1) for each in dimensions)
    if len(shape) >= _MOST_RANK or min(shape, default=1) < 1:
        raise UntrustedError(_STRANGE)
    return Value(message.text(1), shape)
