"""Stand-ins for exports: files and folders of the right shape that hold no network."""

import json
import zipfile
from pathlib import Path

import onnx

from tlgui.exporting.labels import CLASS_NAMES_KEY, LABELS_FILE, labels_bytes, labels_inside

MISSING = "missing"
_FILES_IN_FOLDER = ("saved_model.pb", "variables/variables.data", "variables/variables.index", f"assets/{LABELS_FILE}")


def write_export(path: Path, suffix: str, word: str, size: int = 0) -> None:
    """Write an export of a model with one class.

    Args:
        path: Where; it need not end with the suffix.
        suffix: That of the format; empty for a folder, every file of which says the word.
        word: The class.
        size: About how many bytes.
    """
    filling = word * (size // len(word))
    if not suffix:
        for name in _FILES_IN_FOLDER:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(f"{word}\n{filling}")
    elif suffix == ".onnx":
        model = onnx.ModelProto(ir_version=8, doc_string=filling)
        model.metadata_props.add(key=CLASS_NAMES_KEY, value=json.dumps([word]))
        path.write_bytes(model.SerializeToString())
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(LABELS_FILE, labels_bytes([word]))
            archive.writestr("network", filling)


def words_in(path: Path) -> set[str]:
    """Return the words that an export says, its file of class names not counted; `MISSING` for what is not there."""
    if path.is_dir():
        return {
            _first_line((path / name).read_bytes() if (path / name).exists() else None) for name in _FILES_IN_FOLDER
        }
    return {_first_line(labels_inside(path))}


def _first_line(text: bytes | None) -> str:
    return text.decode().split("\n")[0] if text is not None else MISSING
