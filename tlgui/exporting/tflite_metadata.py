"""The standard metadata of a `.tflite` file, which tool kits for phones read: input, output and class names.

The tables follow the public schema (metadata_schema.fbs 1.1.0 of tensorflow/tflite-support, Apache-2.0) and are written
here because the package that writes them needs an old Python. The class names are in a zip at the end of the file, as
the schema demands.
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
    """Add metadata and class names to a `.tflite` file.

    Args:
        model: The file as the converter returned it.
        summary: The facts about the model.

    Returns:
        The bytes of the new file.
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
    """Writes FlatBuffers tables; what a table points to must be written before it."""

    def __init__(self) -> None:
        self._builder = flatbuffers.Builder(1024)

    def text(self, text: str) -> int:
        """Write a text and return its offset."""
        return int(self._builder.CreateString(text))

    def table(self, slot_count: int, offsets: Mapping[int, int], numbers: Mapping[int, int] | None = None) -> int:
        """Write a table.

        Args:
            slot_count: The number of its fields in the schema.
            offsets: Offsets of the fields that are texts, tables or vectors, by slot.
            numbers: Values of the fields that are single bytes, by slot.

        Returns:
            Its offset.
        """
        self._builder.StartObject(slot_count)
        for slot, offset in offsets.items():
            self._builder.PrependUOffsetTRelativeSlot(slot, offset, 0)
        for slot, number in (numbers or {}).items():
            self._builder.PrependUint8Slot(slot, number, 0)
        return int(self._builder.EndObject())

    def tables(self, *offsets: int) -> int:
        """Write a vector of tables and return its offset."""
        self._builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self._builder.PrependUOffsetTRelative(offset)
        return int(self._builder.EndVector())

    def number(self, value: float) -> int:
        """Write a vector of one float and return its offset."""
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
    # The network scales its input; tool kits demand a normalisation too, so it is one that changes nothing.
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
