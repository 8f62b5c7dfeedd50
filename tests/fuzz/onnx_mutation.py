"""Changes ONNX networks: parts that tlgui writes take other values, and parts that it never writes are added."""

from random import Random

import numpy as np
import onnx
from google.protobuf.message import DecodeError

from tests.fuzz.mutation import bytes_changed

_OPERATORS = (
    *("Conv", "Gemm", "Relu", "Add", "Mul", "Div", "Concat", "Pad", "Slice", "Softmax", "Transpose", "Flatten", "Clip"),
    *("MaxPool", "AveragePool", "GlobalMaxPool", "Reshape", "HardSigmoid", "LayerNormalization", "Erf"),
    *("Loop", "If", "Scan", "Expand", "Tile", "ConstantOfShape", "Resize", "Einsum", "Gather", "NonZero", "Evil"),
)
_NUMBERS = (-(2**63), -(2**31), -1, 0, 1, 2, 3, 7, 32, 4096, 4097, 2**31, 2**40, 2**63 - 1)
_FLOATS = (float("nan"), float("inf"), -1.0, 0.0, 1e-45, 1e38)


def onnx_changed(dice: Random, data: bytes, other: bytes) -> bytes:
    """Change some parts of a network; bytes where it is none."""
    try:
        model = onnx.load_from_string(data)
    except DecodeError:
        return bytes_changed(dice, data, other)
    for _ in range(dice.choice((1, 1, 2, 4))):
        dice.choice((_change_node, _change_node, _change_attribute, _change_weights, _change_wires, _add))(dice, model)
    changed: bytes = model.SerializeToString()
    return changed


def _change_node(dice: Random, model: onnx.ModelProto) -> None:
    nodes = model.graph.node
    if not nodes:
        return
    place = dice.randrange(len(nodes))
    match dice.randrange(5):
        case 0:
            nodes[place].op_type = dice.choice(_OPERATORS)
        case 1:
            del nodes[place]
        case 2:
            nodes.append(nodes[place])
        case 3:
            nodes[place].domain = dice.choice(("ai.onnx", "com.microsoft", "x", "ai.onnx.ml"))
        case _:
            nodes.insert(0, nodes[place])


def _change_attribute(dice: Random, model: onnx.ModelProto) -> None:
    attributes = [attribute for node in model.graph.node for attribute in node.attribute]
    if not attributes:
        return
    attribute = dice.choice(attributes)
    if attribute.ints and dice.random() < 0.7:
        attribute.ints[dice.randrange(len(attribute.ints))] = dice.choice(_NUMBERS)
    elif dice.random() < 0.3:
        attribute.ints.append(dice.choice(_NUMBERS))
    elif dice.random() < 0.3:
        attribute.name = dice.choice(("pads", "group", "auto_pad", "axis", "x"))
    else:
        attribute.i, attribute.f = dice.choice(_NUMBERS), dice.choice(_FLOATS)


def _change_weights(dice: Random, model: onnx.ModelProto) -> None:
    if not model.graph.initializer:
        return
    tensor = dice.choice(model.graph.initializer)
    match dice.randrange(6):
        case 0 if tensor.dims:
            tensor.dims[dice.randrange(len(tensor.dims))] = dice.choice(_NUMBERS)
        case 1:
            tensor.data_type = dice.randrange(25)
        case 2:
            tensor.data_location = onnx.TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=dice.choice(("/etc/passwd", "/dev/zero", "../x")))
        case 3:
            tensor.raw_data = tensor.raw_data[: dice.randrange(len(tensor.raw_data) + 1)]
        case 4 if len(tensor.raw_data) >= 8:
            odd = np.array([dice.choice(_NUMBERS)], np.int64) if tensor.data_type == onnx.TensorProto.INT64 else None
            start = (odd if odd is not None else np.array([dice.choice(_FLOATS)] * 2, np.float32)).tobytes()
            tensor.raw_data = start + tensor.raw_data[8:]
        case _:
            tensor.dims.append(dice.choice((1, 2, 2**40)))


def _change_wires(dice: Random, model: onnx.ModelProto) -> None:
    nodes = [node for node in model.graph.node if node.input]
    if not nodes:
        return
    node = dice.choice(nodes)
    names = ["rgb", "output", "", *(name for other in nodes for name in (*other.input, *other.output))]
    match dice.randrange(4):
        case 0:
            node.input[dice.randrange(len(node.input))] = dice.choice(names)
        case 1:
            node.input.append(dice.choice(names))
        case 2:
            node.output.append(dice.choice(names))
        case _:
            del node.input[dice.randrange(len(node.input))]


def _add(dice: Random, model: onnx.ModelProto) -> None:
    shape = model.graph.input[0].type.tensor_type.shape if model.graph.input else None
    match dice.randrange(6):
        case 0:
            model.functions.add(name=dice.choice(_OPERATORS))
        case 1:
            model.opset_import.add(domain=dice.choice(("", "x", "com.microsoft")), version=dice.choice((0, 1, 22, 99)))
        case 2 if shape is not None and shape.dim:
            shape.dim[dice.randrange(len(shape.dim))].dim_value = dice.choice(_NUMBERS)
        case 3:
            model.graph.value_info.add(name="x")
        case 4:
            model.graph.node.add(op_type=dice.choice(_OPERATORS), output=["x"])
        case _:
            model.metadata_props.add(key="x", value="y" * 1000)
