"""The formats a model can be exported to, as the export dialog and the command line show them; loads nothing heavy."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format as the user meets it.

    Args:
        id: What the command line calls it.
        title: What the dialog calls it.
        description: Where such a file is used, in one sentence.
        suffix: What the file's name ends with, such as `".onnx"`; empty where the export is a folder.
    """

    id: str
    title: str
    description: str
    suffix: str

    @property
    def is_folder(self) -> bool:
        """Whether the export is a folder rather than a file."""
        return not self.suffix


FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat("keras", "Keras", "For Python programs that use Keras, and for training it further.", ".keras"),
    ExportFormat("savedmodel", "TensorFlow SavedModel", "For TensorFlow Serving and other TensorFlow programs.", ""),
    ExportFormat("tflite", "LiteRT (TensorFlow Lite)", "For phones and small computers, at full precision.", ".tflite"),
    ExportFormat(
        "tflite-float16",
        "LiteRT (TensorFlow Lite), half size",
        "For phones and small computers, in half the space and nearly as precise.",
        ".tflite",
    ),
    ExportFormat("onnx", "ONNX", "For ONNX Runtime and many other programs, in any language.", ".onnx"),
)


def format_by_id(format_id: str) -> ExportFormat:
    """Return the format of that id.

    Raises:
        KeyError: There is none.
    """
    for export_format in FORMATS:
        if export_format.id == format_id:
            return export_format
    raise KeyError(format_id)


def labels_path(target: Path) -> Path:
    """Return where the class names of an exported file go: `birds.onnx` has `birds.onnx.labels.txt` beside it."""
    return target.with_name(f"{target.name}.labels.txt")
