"""An ONNX network that somebody tampered with is refused before ONNX Runtime sees it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import ArrayLike

from tests.learning.models import (
    CLASS_NAMES,
    KERAS_SAVE_WARNING,
    SIZE,
    change_manifest,
    members_of,
    rewrite,
    zip_bytes,
)
from tlgui.errors import ModelFileError
from tlgui.learning.model_file import prediction_model
from tlgui.learning.model_file.archive import ONNX_NETWORK
from tlgui.learning.model_file.prediction_model import load_prediction_model
from tlgui.learning.model_file.tlmodel import load_model
from tlgui.learning.networks.onnx_graph import Attribute, Graph, Node, Value, decode, encode

pytestmark = pytest.mark.filterwarnings(KERAS_SAVE_WARNING)

CLASSES = len(CLASS_NAMES)


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction_model, "runner", lambda _: pytest.fail("ONNX Runtime saw it"))


def _network(model_path: Path) -> bytes:
    return members_of(model_path)[ONNX_NETWORK]


def _expect_refusal(model_path: Path, data: bytes, words: str = "cannot be opened") -> None:
    with pytest.raises(ModelFileError, match=words):
        load_prediction_model(rewrite(model_path, {ONNX_NETWORK: data}))


def _changed(model_path: Path, change: Callable[[onnx.ModelProto], object]) -> bytes:
    """Change a network by the `onnx` package, which knows everything that the format can say."""
    model = onnx.load_from_string(_network(model_path))
    change(model)
    data: bytes = model.SerializeToString()
    return data


# --- what the format can say, and tlgui never does


def _read_a_file(model: onnx.ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")


def _read_a_file_beside(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].external_data.add(key="location", value="../../../../etc/passwd")


def _use_another_domain(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.evil"
    model.opset_import.add(domain="com.evil", version=1)


def _use_a_domain_of_the_runtime(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.microsoft"


def _add_a_function(model: onnx.ModelProto) -> None:
    model.functions.add(name="Relu", domain="")


def _add_a_loop(model: onnx.ModelProto) -> None:
    body = onnx.helper.make_graph([], "body", [], [])
    model.graph.node.append(onnx.helper.make_node("Loop", ["", ""], ["never"], body=body))


def _add_a_branch(model: onnx.ModelProto) -> None:
    body = onnx.helper.make_graph([], "body", [], [])
    model.graph.node[1].attribute.append(onnx.helper.make_attribute("then_branch", body))


def _add_a_tensor_as_attribute(model: onnx.ModelProto) -> None:
    value = onnx.numpy_helper.from_array(np.zeros(3, np.float32))
    model.graph.node.append(onnx.helper.make_node("Constant", [], ["never"], value=value))


def _add_sparse_weights(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add()


def _add_another_input(model: onnx.ModelProto) -> None:
    model.graph.input.add().CopyFrom(model.graph.input[0])


def _add_another_output(model: onnx.ModelProto) -> None:
    model.graph.output.add().CopyFrom(model.graph.output[0])


def _say_shapes_of_tensors(model: onnx.ModelProto) -> None:
    model.graph.value_info.add().CopyFrom(model.graph.input[0])


def _use_a_newer_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 21


def _use_half_numbers(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_type = onnx.TensorProto.FLOAT16


def _use_texts(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_type = onnx.TensorProto.STRING


def _kernel(model: onnx.ModelProto) -> onnx.TensorProto:
    return next(tensor for tensor in model.graph.initializer if len(tensor.dims) == 4)


def _say_another_shape(model: onnx.ModelProto) -> None:
    _kernel(model).dims[0] = 2**40


def _say_a_negative_shape(model: onnx.ModelProto) -> None:
    _kernel(model).dims[0] = -1


def _fix_the_batch(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize(
    "change",
    [
        _read_a_file,
        _read_a_file_beside,
        _use_another_domain,
        _use_a_domain_of_the_runtime,
        _add_a_function,
        _add_a_loop,
        _add_a_branch,
        _add_a_tensor_as_attribute,
        _add_sparse_weights,
        _add_another_input,
        _add_another_output,
        _say_shapes_of_tensors,
        _use_a_newer_opset,
        _use_half_numbers,
        _use_texts,
        _say_another_shape,
        _say_a_negative_shape,
        _fix_the_batch,
    ],
)
def test_what_tlgui_never_writes_is_refused(change: Callable[[onnx.ModelProto], object], model_path: Path) -> None:
    _expect_refusal(model_path, _changed(model_path, change))


def test_what_the_onnx_package_writes_again_is_opened(model_path: Path) -> None:
    """The changes above are refused for what they change."""
    again = _changed(model_path, lambda _: None)
    assert load_prediction_model(rewrite(model_path, {ONNX_NETWORK: again})) is not None


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("kept", [0, 1, 100, -100, -1])
def test_network_that_is_cut_off_is_refused(kept: int, model_path: Path) -> None:
    _expect_refusal(model_path, _network(model_path)[:kept])


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("depth", [10, 100_000])
def test_messages_in_messages_are_refused(depth: int, model_path: Path) -> None:
    data = b""
    for _ in range(min(depth, 2000)):
        data = b"\x3a" + _varint(len(data)) + data
    _expect_refusal(model_path, data)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


@pytest.mark.usefixtures("unseen")
def test_member_that_is_not_what_was_saved_is_refused(model_path: Path) -> None:
    manifest = members_of(model_path)["manifest.json"]
    rewrite(model_path, {ONNX_NETWORK: _network(model_path) + b" "})
    members = members_of(model_path) | {"manifest.json": manifest}
    model_path.write_bytes(zip_bytes(members))
    with pytest.raises(ModelFileError, match="damaged"):
        load_prediction_model(model_path)


def test_earlier_versions_have_no_such_member(model_path: Path) -> None:
    with pytest.raises(ModelFileError, match="do not belong there"):
        load_prediction_model(change_manifest(model_path, "format_version", 2))


# --- networks that are written as they should be, and mean harm


def _graph(nodes: Sequence[tuple[str, Sequence[str], dict[str, Attribute]]], constants: dict[str, np.ndarray]) -> bytes:
    """Return a network of these steps between the pictures and a head that names them; each gives `t` and its place."""
    steps = [Node(operator, tuple(inputs), f"t{place}", about) for place, (operator, inputs, about) in enumerate(nodes)]
    end = [
        Node("GlobalAveragePool", (f"t{len(steps) - 1}",), "pooled", {}),
        Node("Flatten", ("pooled",), "features", {"axis": 1}),
        Node("Gemm", ("features", "kernel"), "logits", {}),
        Node("Softmax", ("logits",), "output", {"axis": 1}),
    ]
    weights = {"kernel": np.ones((3, CLASSES), np.float32), **constants}
    return encode(Graph((*steps, *end), weights, Value("rgb", (SIZE, SIZE, 3)), Value("output", (CLASSES,))))


_FIRST: tuple[str, Sequence[str], dict[str, Attribute]] = ("Transpose", ["rgb"], {"perm": (0, 3, 1, 2)})
_WINDOW: dict[str, Attribute] = {"kernel_shape": (1, 1), "strides": (1, 1), "pads": (0, 0, 0, 0)}


def _after(*steps: tuple[str, Sequence[str], dict[str, Attribute]], **constants: ArrayLike) -> bytes:
    return _graph([_FIRST, *steps], {name: np.asarray(value) for name, value in constants.items()})


def test_network_of_the_frame_is_opened(model_path: Path) -> None:
    assert load_prediction_model(rewrite(model_path, {ONNX_NETWORK: _after(("Relu", ["t0"], {}))})) is not None


_HUGE_PADS = np.array([0, 0, 4000, 4000, 0, 0, 4000, 4000])
_HOSTILE = {
    "constant of a shape": _after(("ConstantOfShape", ["shape"], {}), shape=[10**6, 10**6]),
    "expansion": _after(("Expand", ["t0", "shape"], {}), shape=[1, 3, 10**5, 10**5]),
    "tiles": _after(("Tile", ["t0", "counts"], {}), counts=[1, 1, 10**4, 10**4]),
    "range": _after(("Range", ["t0"], {})),
    "resize": _after(("Resize", ["t0"], {})),
    "random numbers": _after(("RandomNormal", ["t0"], {})),
    "einsum": _after(("Einsum", ["t0"], {"equation": "bchw->b"})),
    "loop": _after(("Loop", ["t0"], {})),
    "scan": _after(("Scan", ["t0"], {})),
    "unknown": _after(("Evil", ["t0"], {})),
    "padding beyond all memory": _after(
        ("Pad", ["t0", "pads"], {}), ("Pad", ["t1", "pads"], {}), ("Pad", ["t2", "pads"], {}), pads=_HUGE_PADS
    ),
    "padding of the batch": _after(("Pad", ["t0", "pads"], {}), pads=[9, 0, 0, 0, 9, 0, 0, 0]),
    "padding that cuts": _after(("Pad", ["t0", "pads"], {}), pads=[0, 0, -9, 0, 0, 0, 0, 0]),
    "widths multiplied": _after(
        ("Transpose", ["t0"], {"perm": (0, 1, 2, 3)}),
        ("Conv", ["t1", "wide"], {"kernel_shape": (1, 1)}),
        ("Pad", ["t2", "pads"], {}),
        ("Conv", ["t3", "narrow"], {"kernel_shape": (1, 1)}),
        wide=np.ones((4000, 3, 1, 1), np.float32),
        narrow=np.ones((3, 4000, 1, 1), np.float32),
        pads=[0, 0, 400, 400, 0, 0, 400, 400],
    ),
    "photos mixed": _after(("Transpose", ["t0"], {"perm": (1, 0, 2, 3)})),
    "photos beside each other": _after(("Concat", ["t0", "t0"], {"axis": 0})),
    "weights no numbers": _after(
        ("Conv", ["t0", "bad"], {"kernel_shape": (1, 1)}), bad=np.full((3, 3, 1, 1), np.nan, np.float32)
    ),
    "weights beyond all numbers": _after(("Mul", ["t0", "bad"], {}), bad=np.float32(np.inf)),
    "weights unused": _after(("Relu", ["t0"], {}), spare=np.ones(3, np.float32)),
    "batch in a weight": _after(("Add", ["t0", "bad"], {}), bad=np.ones((9, 3, SIZE, SIZE), np.float32)),
    "constants alone": _after(("Relu", ["one"], {}), ("Add", ["t0", "t1"], {}), one=np.float32(1)),
    "group of nothing": _after(
        ("Conv", ["t0", "w"], {**_WINDOW, "dilations": (1, 1), "group": 0}), w=np.ones((3, 3, 1, 1), np.float32)
    ),
    "stride of nothing": _after(("MaxPool", ["t0"], {**_WINDOW, "strides": (0, 1)})),
    "negative stride": _after(("MaxPool", ["t0"], {**_WINDOW, "strides": (-1, 1)})),
    "padding larger than the window": _after(("MaxPool", ["t0"], {**_WINDOW, "pads": (9, 9, 9, 9)})),
    "pads by themselves": _after(("MaxPool", ["t0"], {**_WINDOW, "auto_pad": "SAME_UPPER"})),
    "dilation beyond the map": _after(
        ("Conv", ["t0", "w"], {**_WINDOW, "kernel_shape": (3, 3), "dilations": (4096, 4096), "group": 1}),
        w=np.ones((3, 3, 3, 3), np.float32),
    ),
    "slice outside": _after(
        ("Slice", ["t0", "starts", "ends", "axes"], {}), starts=[0, 0], ends=[999, 999], axes=[2, 3]
    ),
    "slice of the batch": _after(
        ("Slice", ["t0", "starts", "ends", "axes"], {}), starts=[0, 0], ends=[1, 1], axes=[0, 1]
    ),
    "used before it is there": _after(("Relu", ["t2"], {}), ("Relu", ["t1"], {})),
    "no end": encode(Graph((), {}, Value("rgb", (SIZE, SIZE, 3)), Value("output", (CLASSES,)))),
    "too many steps": _after(*[("Relu", [f"t{place}"], {}) for place in range(6000)]),
}


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("name", _HOSTILE)
def test_network_that_means_harm_is_refused(name: str, model_path: Path) -> None:
    _expect_refusal(model_path, _HOSTILE[name])


def test_name_that_is_given_twice_is_refused(model_path: Path) -> None:
    graph = decode(_after(("Relu", ["t0"], {})))
    doubled = [replace(node, output="t0") if node.operator == "Relu" else node for node in graph.nodes]
    _expect_refusal(model_path, encode(replace(graph, nodes=tuple(doubled))))


@pytest.mark.parametrize(("side", "classes"), [(SIZE + 1, CLASSES), (SIZE, CLASSES + 1)])
def test_network_for_other_pictures_or_classes_is_refused(side: int, classes: int, model_path: Path) -> None:
    graph = decode(_network(model_path))
    other = replace(graph, input=Value("rgb", (side, side, 3)), output=Value("output", (classes,)))
    _expect_refusal(model_path, encode(other), "does not turn pictures")


@pytest.mark.parametrize(
    "more",
    [
        (Value("features", (7,)),),
        (Value("features", (8, 1, 1)),),
        (Value("t0", (SIZE, 3, SIZE)),),
        (Value("nothing", (8,)),),
        (Value("output", (CLASSES,)),),
        (Value("features", (8,)), Value("features", (8,))),
        (Value("features", (8,)), Value("output", (CLASSES,))),
    ],
)
@pytest.mark.usefixtures("unseen")
def test_outputs_that_are_no_features_are_refused(more: tuple[Value, ...], model_path: Path) -> None:
    graph = decode(_network(model_path))
    assert graph.more_outputs == (Value("features", (8,)),)
    _expect_refusal(model_path, encode(replace(graph, more_outputs=more)))


def test_features_that_nothing_gives_are_refused(model_path: Path) -> None:
    graph = decode(_after(("Relu", ["t0"], {})))
    taken = replace(graph, input=Value("features", (3,)), more_outputs=(Value("features", (3,)),))
    _expect_refusal(model_path, encode(taken))
    renamed = [replace(node, output="t9" if node.output == "features" else node.output) for node in graph.nodes]
    _expect_refusal(model_path, encode(replace(graph, nodes=tuple(renamed), more_outputs=(Value("features", (3,)),))))


def test_answers_that_are_no_probabilities_are_refused(model_path: Path) -> None:
    graph = decode(_network(model_path))
    *nodes, last = graph.nodes
    assert last.operator == "Softmax"
    data = encode(replace(graph, nodes=(*nodes, replace(last, operator="Relu", attributes={}))))
    _expect_refusal(model_path, data, "no probabilities")


def test_networks_that_disagree_are_refused_where_both_are_opened(
    model_path: Path, expect_log: Callable[[str], None]
) -> None:
    graph = decode(_network(model_path))
    constants = {
        name: array * np.float32(1.1) if array.dtype == np.float32 else array for name, array in graph.constants.items()
    }
    expect_log("The converted network differs")
    rewrite(model_path, {ONNX_NETWORK: encode(replace(graph, constants=constants))})

    assert load_prediction_model(model_path) is not None
    with pytest.raises(ModelFileError, match="do not say the same"):
        load_model(model_path)
