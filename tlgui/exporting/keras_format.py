"""Export as `.keras`: the network as Keras saves it, without the optimizer, and with the class names inside.

Keras has no field for class names, and keeps nothing of a loaded model but its layers and their settings. So the last
layer is a dropout of rate 0, which changes no value, in training neither, and needs no random numbers: its unused seed
holds the class names. It is a built-in layer, so that the file loads without tlgui on every backend of Keras:

    model = keras.saving.load_model("birds.keras")
    class_names = model.get_layer("class_names").seed
"""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
from typing_extensions import override

from tlgui.exporting.export_formats import format_by_id
from tlgui.exporting.exporter import OUTPUT_NAME, Exporter, FloatArray, columns, outputs_of
from tlgui.exporting.labels import CLASS_NAMES_KEY, LABELS_FILE, labels_bytes
from tlgui.learning.model_file.tlmodel import LoadedModel


class KerasExporter(Exporter):
    """Writes a `.keras` file; its archive also holds the class names as a file, which Keras ignores."""

    def __init__(self) -> None:
        super().__init__(format_by_id("keras"), tolerance=1e-4)

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        path = folder / "model.keras"
        _with_class_names(model).save(path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(LABELS_FILE, labels_bytes(model.summary.class_names))
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return lambda pictures: columns(outputs_of(model, pictures))


def _with_class_names(model: LoadedModel) -> keras.Model:
    names = keras.layers.Dropout(0.0, seed=list(model.summary.class_names), name=CLASS_NAMES_KEY)
    network = model.model
    outputs = network.output
    named: Any = outputs | {OUTPUT_NAME: names(outputs[OUTPUT_NAME])} if isinstance(outputs, dict) else names(outputs)
    return keras.Model(network.inputs[0], named, name=network.name)
