"""The class names of an export as a text: inside the export, and in the file beside it."""

import contextlib
import json
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from tlgui.learning.recipes.fields import Fields
from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.results import ModelSummary
from tlgui.photos.names import one_line

LABELS_FILE = "labels.txt"
"""The name of the list of class names inside an export that holds files."""
DETAILS_FILE = "labels.json"
"""The name of what `details_bytes` returns inside an export that is a folder."""

CLASS_NAMES_KEY = "class_names"
"""Its key in the metadata of an ONNX file, where it is a JSON list, and the name of its layer in a Keras file."""

_MOST_BYTES = 16 * 2**20
_MADE_BY = "tlgui"
_HOW_TO_READ = (
    "Name a photo only where the probability of its best class is at least the threshold; then at most the share "
    "wrong_at_most of the named photos is wrong. A threshold of null means that there were too few "
    "photos, or too many mistakes, to promise that. A photo with a distance above "
    "largest_distance is unlike anything that the model was trained on."
)
_WITHOUT_DISTANCE = "This export has no distance, so that it cannot tell such photos."


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


def details_bytes(summary: ModelSummary, *, has_distance: bool) -> bytes | None:
    """Return as JSON what an export has no room for: from when on an answer is sure enough, and a photo unlike any.

    Args:
        summary: The facts about the model.
        has_distance: Whether the export has an output with the distance to the training photos.

    Returns:
        The content of the file; None where the model does not know.
    """
    trust = summary.trust
    if trust is None:
        return None
    names = summary.class_names
    details = {
        "made_by": _MADE_BY,
        "class_names": list(names),
        "thresholds": [
            {
                "wrong_at_most": promise.wrong_at_most,
                "threshold": promise.threshold,
                "named_share": promise.named_share,
                "class_thresholds": dict(zip(names, promise.class_thresholds, strict=True)),
            }
            for promise in trust.promises
        ],
        "largest_distance": None if trust.novelty is None else trust.novelty.limit,
        "has_distance": has_distance,
        "how_to_read": _HOW_TO_READ if has_distance else f"{_HOW_TO_READ} {_WITHOUT_DISTANCE}",
    }
    return json.dumps(details, indent=1, allow_nan=False).encode("ascii")


def are_details(path: Path) -> bool:
    """Return whether a file is one that `details_bytes` returned, of any model."""
    with contextlib.suppress(FieldError):
        return Fields.read(path, _MOST_BYTES, path.name).raw("made_by") == _MADE_BY
    return False


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
