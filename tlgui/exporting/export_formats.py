"""The formats that a model can be exported to, as dialog and command line show them; needs no TensorFlow."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format as the user chooses it.

    Args:
        id: Its name on the command line.
        title: Its name in the dialog.
        description: The use of such a file, in one sentence.
        suffix: The suffix of its files, such as `".onnx"`; empty where the export is a folder.
        has_room_for_distance: Whether it can also tell how far a photo is from those that the model was trained on.
    """

    id: str
    title: str
    description: str
    suffix: str
    has_room_for_distance: bool = False

    @property
    def is_folder(self) -> bool:
        """Whether the export is a folder rather than a file."""
        return not self.suffix


FORMATS: tuple[ExportFormat, ...] = (
    ExportFormat(
        "keras",
        "Keras",
        "For Python programs that use Keras, and for training it further.",
        ".keras",
        has_room_for_distance=True,
    ),
    ExportFormat(
        "savedmodel",
        "TensorFlow SavedModel",
        "For TensorFlow Serving and other TensorFlow programs.",
        "",
        has_room_for_distance=True,
    ),
    ExportFormat("tflite", "LiteRT (TensorFlow Lite)", "For phones and small computers, at full precision.", ".tflite"),
    ExportFormat(
        "tflite-float16",
        "LiteRT (TensorFlow Lite), half size",
        "For phones and small computers, in half the space and nearly as precise.",
        ".tflite",
    ),
    ExportFormat(
        "onnx",
        "ONNX",
        "For ONNX Runtime and many other programs, in any language.",
        ".onnx",
        has_room_for_distance=True,
    ),
)


def format_by_id(format_id: str) -> ExportFormat:
    """Return the format with an id.

    Args:
        format_id: The id.

    Returns:
        The format.

    Raises:
        KeyError: No format has this id.

    >>> format_by_id("onnx").suffix
    '.onnx'
    """
    for export_format in FORMATS:
        if export_format.id == format_id:
            return export_format
    raise KeyError(format_id)


def labels_path(target: Path) -> Path:
    """Return the text file with the class names of an exported file, named after the whole export.

    Args:
        target: The exported file.

    Returns:
        The file beside it.

    >>> labels_path(Path("birds.v2.onnx")).name
    'birds.v2.onnx.labels.txt'
    """
    return target.with_name(f"{target.name}.labels.txt")


def details_path(target: Path) -> Path:
    """Return the JSON file with what an exported file has no room for, named after the whole export.

    Args:
        target: The exported file.

    Returns:
        The file beside it.

    >>> details_path(Path("birds.v2.onnx")).name
    'birds.v2.onnx.labels.json'
    """
    return target.with_name(f"{target.name}.labels.json")
