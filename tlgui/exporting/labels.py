"""The class names of an export as a text: inside the exported file, and as a file beside it."""

import contextlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from tlgui.photos.names import one_line

LABELS_FILE = "labels.txt"
"""What the list of class names is called inside an export that holds files."""

CLASS_NAMES_KEY = "class_names"
"""What it is called in the metadata of an ONNX file, where it is a JSON list."""

_MOST_BYTES = 16 * 2**20


def labels_bytes(class_names: Sequence[str]) -> bytes:
    """Return the class names one a line, in output order, as `one_line` shows them."""
    return "".join(f"{one_line(name)}\n" for name in class_names).encode("utf-8", "backslashreplace")


def labels_inside(export: Path) -> bytes | None:
    """Return the list of class names that an exported file holds, as it was written beside it; None where it has none.

    Args:
        export: A file that an exporter wrote, or any other.
    """
    # Whatever is wrong with the file, it is none of ours.
    with contextlib.suppress(OSError, ValueError, LookupError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError):
        if export.suffix.lower() == ".onnx":
            return _labels_of_onnx(export)
        with zipfile.ZipFile(export) as archive, archive.open(LABELS_FILE) as stream:
            text = stream.read(_MOST_BYTES + 1)
            return text if len(text) <= _MOST_BYTES else None
    return None


def _labels_of_onnx(export: Path) -> bytes | None:
    # Placing exports is known to every command, and few of them export.
    import onnx  # noqa: PLC0415
    from google.protobuf.message import DecodeError  # noqa: PLC0415

    try:
        model = onnx.load(export, load_external_data=False)
    except DecodeError:
        return None
    for entry in model.metadata_props:
        if entry.key == CLASS_NAMES_KEY:
            names = json.loads(entry.value)
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                return labels_bytes(names)
    return None
