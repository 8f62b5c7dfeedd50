"""Export as `.keras`: the network as Keras itself saves it, without the optimiser."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
from typing_extensions import override

from tlgui.exporting.export_formats import format_by_id
from tlgui.exporting.exporter import Exporter, FloatArray
from tlgui.exporting.labels import LABELS_FILE, labels_bytes
from tlgui.learning.model_file.tlmodel import LoadedModel


class KerasExporter(Exporter):
    """Writes a `.keras` file; its archive holds the class names as a file that Keras passes over."""

    def __init__(self) -> None:
        super().__init__(format_by_id("keras"), tolerance=1e-4)

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        path = folder / "model.keras"
        model.model.save(path)
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(LABELS_FILE, labels_bytes(model.summary.class_names))
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
        return lambda pictures: np.asarray(model(pictures, training=False), np.float32)
