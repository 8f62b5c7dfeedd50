"""A download that was broken off: what is there of the file, and the note that says of which version it is."""

import json
import os
from pathlib import Path

from tests.fuzz.families import Family
from tests.fuzz.json_mutation import json_changed
from tests.fuzz.mutation import bytes_changed
from tlgui.learning.backbones.download import fetch
from tlgui.learning.backbones.published_weights import Published
from tlgui.progress import JobContext

_NAME = "weights.h5"
_PART = b"\x89HDF\r\n\x1a\n" + bytes(1000)
# A port that nobody listens on: whatever would be asked of a server is refused at once.
_PUBLISHED = Published(f"http://127.0.0.1:9/{_NAME}", _NAME, "0" * 64)


def family() -> Family:
    """Return the family of downloads."""
    return Family("downloads", _make_seeds, {"download": _go_on}, (json_changed, bytes_changed))


def _make_seeds(folder: Path) -> None:
    for name, total in (("rest.json", 5000), ("whole.json", len(_PART)), ("unknown.json", 0)):
        (folder / name).write_text(json.dumps({"version": '"1"', "total": total}), encoding="utf-8")
    (folder / "file.h5").write_bytes(_PART)


def _go_on(path: Path) -> None:
    folder = path.parent / "keras" / "models"
    folder.mkdir(parents=True)
    os.environ["KERAS_HOME"] = str(folder.parent)
    data = path.read_bytes()
    is_note = path.suffix == ".json"
    (folder / f"{_NAME}.part").write_bytes(_PART if is_note else data)
    note = data if is_note else json.dumps({"version": '"1"', "total": len(data)}).encode()
    (folder / f"{_NAME}.part.json").write_bytes(note)
    fetch(_PUBLISHED, "Test network", JobContext())
