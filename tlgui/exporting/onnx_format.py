"""Export as ONNX, for ONNX Runtime and the many programs that read it."""

import json
from collections.abc import Callable
from pathlib import Path

import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx
from typing_extensions import override

from tlgui.exporting.export_formats import format_by_id
from tlgui.exporting.exporter import INPUT_NAME, Exporter, FloatArray, columns, outputs_of
from tlgui.exporting.labels import CLASS_NAMES_KEY
from tlgui.exporting.savedmodel_format import picture_spec
from tlgui.learning.model_file.tlmodel import LoadedModel

# The newest opset that tf2onnx writes; runtimes since 2023 read it.
_OPSET = 18


class OnnxExporter(Exporter):
    """Writes an `.onnx` file; its metadata holds the class names as a JSON list."""

    def __init__(self) -> None:
        super().__init__(format_by_id("onnx"), tolerance=1e-4)

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        network = model.model
        serve = tf.function(lambda image: outputs_of(network, image), autograph=False)
        converted, _ = tf2onnx.convert.from_function(serve, [picture_spec(model, tf.float32)], opset=_OPSET)
        for value in (*converted.graph.input, *converted.graph.output):
            value.type.tensor_type.shape.dim[0].dim_param = "batch"
        converted.metadata_props.add(key=CLASS_NAMES_KEY, value=json.dumps(list(model.summary.class_names)))
        path = folder / "model.onnx"
        onnx.save(converted, path)
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [output.name for output in session.get_outputs()]
        return lambda pictures: columns(dict(zip(names, session.run(names, {INPUT_NAME: pictures}), strict=True)))
