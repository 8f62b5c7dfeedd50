"""The class names of an export as a text: inside the export, and in the file beside it."""

import contextlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from tlgui.photos.names import one_line

LABELS_FILE = "labels.txt"
"""The name of the list of class names inside an export that holds files."""

CLASS_NAMES_KEY = "class_names"
"""Its key in the metadata of an ONNX file, where it is a JSON list, and the name of its layer in a Keras file."""

_MOST_BYTES = 16 * 2**20


def labels_bytes(class_names: Sequence[str]) -> bytes:
    r"""Return class names as a text file.

    Args:
        class_names: The class names in output order.

    Returns:
        UTF-8 with one line a name, as `one_line` shows it.

    >>> labels_bytes(("robin", "two\nlines"))
    b'robin\ntwo\\x0alines\n'
    """
    return "".join(f"{one_line(name)}\n" for name in class_names).encode("utf-8", "backslashreplace")


def labels_inside(export: Path) -> bytes | None:
    """Read the class names inside an exported file.

    Args:
        export: Any file.

    Returns:
        The names as `labels_bytes` returned them; None where the file is no export.
    """
    # A file that cannot be read in this way was written by another program.
    with contextlib.suppress(OSError, ValueError, LookupError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError):
        if export.suffix.lower() == ".onnx":
            return _labels_of_onnx(export)
        with zipfile.ZipFile(export) as archive, archive.open(LABELS_FILE) as stream:
            text = stream.read(_MOST_BYTES + 1)
            return text if len(text) <= _MOST_BYTES else None
    return None


def _labels_of_onnx(export: Path) -> bytes | None:
    # Every command imports this module, and few of them export.
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
