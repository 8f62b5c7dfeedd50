"""Export as a TensorFlow SavedModel, for TensorFlow Serving and the LiteRT converter."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from typing_extensions import override

from tlgui.exporting.export_formats import format_by_id
from tlgui.exporting.exporter import INPUT_NAME, Exporter, FloatArray, columns, outputs_of
from tlgui.exporting.labels import LABELS_FILE, labels_bytes
from tlgui.learning.model_file.tlmodel import LoadedModel

SIGNATURE = "serving_default"
UINT8_SIGNATURE = "serving_uint8"
CLASS_NAMES_SIGNATURE = "class_names"


class SavedModelExporter(Exporter):
    """Writes a SavedModel with signatures for float32 and uint8 pictures, and one that returns the class names."""

    def __init__(self) -> None:
        super().__init__(format_by_id("savedmodel"), tolerance=1e-4)

    @override
    def write(self, model: LoadedModel, folder: Path) -> Path:
        path = folder / "savedmodel"
        names = model.summary.class_names
        archive = float_archive(model)
        network = model.model
        archive.add_endpoint(
            UINT8_SIGNATURE,
            lambda image: outputs_of(network, tf.cast(image, tf.float32)),
            [picture_spec(model, tf.uint8)],
        )
        archive.add_endpoint(
            CLASS_NAMES_SIGNATURE,
            lambda: {"class_names": tf.constant([name.encode("utf-8", "backslashreplace") for name in names])},
            [],
        )
        archive.write_out(str(path), verbose=False)
        assets = path / "assets"
        assets.mkdir(exist_ok=True)
        (assets / LABELS_FILE).write_bytes(labels_bytes(names))
        return path

    @override
    def reopen(self, path: Path) -> Callable[[FloatArray], FloatArray]:
        loaded = tf.saved_model.load(str(path))
        serve = loaded.signatures[SIGNATURE]
        # A signature does not keep the variables of its model alive: the function needs a reference to both.
        return lambda pictures: _served(loaded, serve, pictures)


def float_archive(model: LoadedModel) -> Any:  # noqa: ANN401 - Keras has no types
    """Return a Keras export archive that serves a model on float32 pictures.

    Args:
        model: The model.

    Returns:
        The archive, to which endpoints can be added before it is written.
    """
    network = model.model
    # Not tracked: an endpoint holds the variables it uses, and tracking would write them a second time.
    archive = keras.export.ExportArchive()
    archive.add_endpoint(
        SIGNATURE,
        lambda image: outputs_of(network, image),
        [picture_spec(model, tf.float32)],
    )
    return archive


def picture_spec(model: LoadedModel, dtype: tf.DType) -> tf.TensorSpec:
    """Return the specification of a model's input: a batch of any size, with the name that exports use."""
    side = model.summary.input_size
    return tf.TensorSpec((None, side, side, 3), dtype, name=INPUT_NAME)


def _served(_loaded: object, serve: Any, pictures: FloatArray) -> FloatArray:  # noqa: ANN401 - TensorFlow has no types
    outputs = serve(**{INPUT_NAME: tf.constant(pictures)})
    return columns({name: values.numpy() for name, values in outputs.items()})
