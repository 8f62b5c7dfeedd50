"""What may lie where an export is put: an older one with its class names, or what a process left that was killed."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np

from tests.fuzz.container_mutation import zip_changed
from tests.fuzz.families import Family
from tests.fuzz.json_mutation import json_changed
from tests.fuzz.mutation import bytes_changed
from tlgui.exporting import placing
from tlgui.exporting.labels import CLASS_NAMES_KEY, LABELS_FILE, labels_inside

_NOTE = "placing.json"
_CLASS_NAMES = ["robin", "wren"]


def family() -> Family:
    """Return the family of exports."""
    readers = {"class names inside": labels_inside, "placing that was cut short": _finish}
    return Family("exports", _make_seeds, readers, (zip_changed, json_changed, bytes_changed), share=0.5)


def _make_seeds(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(_onnx())
    packed = io.BytesIO(bytes(2000))
    # As TensorFlow's tools put files behind a network.
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(zipfile.ZipInfo(LABELS_FILE), "\n".join(_CLASS_NAMES))
    (folder / "model.tflite").write_bytes(packed.getvalue())
    (folder / _NOTE).write_text(json.dumps({"name": "model.onnx"}), encoding="utf-8")


def _onnx() -> bytes:
    # Few of those who fuzz other families need it.
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    weights = numpy_helper.from_array(np.ones((4, 2), np.float32), "weights")
    shapes = (("rgb", [1, 4]), ("probabilities", [1, 2]))
    rgb, answers = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes)
    node = helper.make_node("MatMul", ["rgb", "weights"], ["probabilities"])
    model = helper.make_model(helper.make_graph([node], "small", [rgb], [answers], [weights]))
    helper.set_model_props(model, {CLASS_NAMES_KEY: json.dumps(_CLASS_NAMES)})
    data: bytes = model.SerializeToString()
    return data


def _finish(path: Path) -> None:
    left = path.parent / "left"
    left.mkdir()
    for name in ("model.onnx", "model.txt"):
        (left / name).write_bytes(b"new")
    (left / path.name).write_bytes(path.read_bytes())
    placing.finish(left)
