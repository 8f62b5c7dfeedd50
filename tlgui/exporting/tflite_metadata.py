"""The standard metadata of a `.tflite` file, which phone tool kits read: what goes in, what comes out, the class names.

Written by hand after the public schema (metadata_schema.fbs 1.1.0 of tensorflow/tflite-support, Apache-2.0), because
the package that writes it needs an old Python. The class names are a small zip at the end of the file, as it demands.
"""

import io
import zipfile
from collections.abc import Mapping

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

from tlgui.exporting.exporter import INPUT_NAME, OUTPUT_NAME
from tlgui.exporting.labels import LABELS_FILE, labels_bytes
from tlgui.learning.results import ModelSummary

METADATA_NAME = "TFLITE_METADATA"

_MODEL_IDENTIFIER = b"TFL3"
_METADATA_IDENTIFIER = b"M001"
_TENSOR_AXIS_LABELS = 2
_RGB = 1
_FEATURE_PROPERTIES, _IMAGE_PROPERTIES = 1, 2
_NORMALIZATION_OPTIONS = 1


def with_metadata(model: bytes, summary: ModelSummary) -> bytes:
    """Return a `.tflite` file's bytes with the metadata and the class names added.

    Args:
        model: What the converter returned.
        summary: What is known of the model.
    """
    tree = schema.ModelT.InitFromPackedBuf(model, 0)
    buffer = schema.BufferT()
    buffer.data = list(_metadata(summary))
    entry = schema.MetadataT()
    entry.name = METADATA_NAME
    entry.buffer = len(tree.buffers)
    tree.buffers.append(buffer)
    tree.metadata = [*(tree.metadata or []), entry]
    builder = flatbuffers.Builder(len(model) + 1024**2)
    builder.Finish(tree.Pack(builder), _MODEL_IDENTIFIER)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(LABELS_FILE, labels_bytes(summary.class_names))
    return bytes(builder.Output()) + packed.getvalue()


class _Writer:
    """Writes flat buffer tables from the leaves up: what is pointed to comes before what points."""

    def __init__(self) -> None:
        self._builder = flatbuffers.Builder(1024)

    def text(self, text: str) -> int:
        """Write a text and return where it is."""
        return int(self._builder.CreateString(text))

    def table(self, slot_count: int, offsets: Mapping[int, int], numbers: Mapping[int, int] | None = None) -> int:
        """Write a table and return where it is.

        Args:
            slot_count: Fields the schema gives it.
            offsets: Where the fields are that are texts, tables or vectors, by their slot.
            numbers: The fields that are a single byte, by their slot.
        """
        self._builder.StartObject(slot_count)
        for slot, offset in offsets.items():
            self._builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        for slot, number in (numbers or {}).items():
            self._builder.PrependUint8Slot(slot, number, 0)
        return int(self._builder.EndObject())

    def tables(self, *offsets: int) -> int:
        """Write a vector of tables and return where it is."""
        self._builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._builder.PrependUOffsetTRelative(offset)
        return int(self._builder.EndVector())

    def number(self, value: float) -> int:
        """Write a vector of one float and return where it is."""
        self._builder.StartVector(4, 1, 4)
        self._builder.PrependFloat32(value)
        return int(self._builder.EndVector())

    def finish(self, root: int) -> bytes:
        """Return the whole buffer."""
        self._builder.Finish(root, _METADATA_IDENTIFIER)
        return bytes(self._builder.Output())


def _metadata(summary: ModelSummary) -> bytes:
    writer = _Writer()
    subgraph = writer.table(7, {2: writer.tables(_picture(writer, summary)), 3: writer.tables(_probabilities(writer))})
    model = {
        0: writer.text("tlgui"),
        1: writer.text(f"Sorts photos into {len(summary.class_names)} classes."),
        3: writer.tables(subgraph),
        7: writer.text("1.0.0"),
    }
    return writer.finish(writer.table(8, model))


def _picture(writer: _Writer, summary: ModelSummary) -> int:
    size = summary.input_size
    properties = writer.table(2, {}, {0: _RGB})
    # The network scales its input itself; tool kits ask for the step all the same, so it is one that changes nothing.
    scaling = writer.table(2, {0: writer.number(0.0), 1: writer.number(1.0)})
    fields = {
        0: writer.text(INPUT_NAME),
        1: writer.text(f"A picture of {size} by {size} pixels, red, green and blue from 0 to 255."),
        3: writer.table(3, {1: properties}, {0: _IMAGE_PROPERTIES}),
        4: writer.tables(writer.table(2, {1: scaling}, {0: _NORMALIZATION_OPTIONS})),
        5: writer.table(2, {0: writer.number(255.0), 1: writer.number(0.0)}),
    }
    return writer.table(7, fields)


def _probabilities(writer: _Writer) -> int:
    labels = {0: writer.text(LABELS_FILE), 1: writer.text("The class names, one a line, in the order of the output.")}
    fields = {
        0: writer.text(OUTPUT_NAME),
        1: writer.text("One probability for each class."),
        3: writer.table(3, {1: writer.table(0, {})}, {0: _FEATURE_PROPERTIES}),
        5: writer.table(2, {0: writer.number(1.0), 1: writer.number(0.0)}),
        6: writer.tables(writer.table(4, labels, {2: _TENSOR_AXIS_LABELS})),
    }
    return writer.table(7, fields)
