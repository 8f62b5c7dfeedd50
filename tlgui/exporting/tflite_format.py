"""Export as LiteRT, formerly TensorFlow Lite, at full precision or with its weights rounded to half the size."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from typing_extensions import override

from tlgui.exporting.export_formats import format_by_id
from tlgui.exporting.exporter import INPUT_NAME, OUTPUT_NAME, Exporter, FloatArray
from tlgui.exporting.savedmodel_format import SIGNATURE, float_archive
from tlgui.exporting.tflite_metadata import with_metadata
from tlgui.files import temporary_folder
from tlgui.learning.model_file.tlmodel import LoadedModel


class TfliteExporter(Exporter):
    """Writes a `.tflite` file with the standard metadata: input, output and class names.

    It uses built-in operations only, so that the runtime on a phone needs no extra library.
    """

    def __init__(self) -> None:
        super().__init__(format_by_id("tflite"), tolerance=1e-4)

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        # From a SavedModel: converting a function directly writes a file without weights, and raises no error.
        with temporary_folder() as saved_model:
            float_archive(model).write_out(str(saved_model), verbose=False)
            converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model), signature_keys=[SIGNATURE])
            self._set_precision(converter)
            converted = converter.convert()
        path = folder / "model.tflite"
        path.write_bytes(with_metadata(converted, model.summary))
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        run = Interpreter(model_path=str(path)).get_signature_runner(SIGNATURE)
        return lambda pictures: np.array(run(**{INPUT_NAME: pictures})[OUTPUT_NAME], np.float32)

    def _set_precision(self, converter: tf.lite.TFLiteConverter) -> None:
        """Leave the weights as they are."""


class TfliteFloat16Exporter(TfliteExporter):
    """Writes a `.tflite` file with weights as 16-bit floats; it computes with 32 bits."""

    def __init__(self) -> None:
        super().__init__()
        self.format = format_by_id("tflite-float16")
        # Each weight keeps 11 of 24 significant bits, a change of up to 1 in 2048, which the network amplifies.
        self.tolerance = 0.02

    @override
    def _set_precision(self, converter: tf.lite.TFLiteConverter) -> None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
