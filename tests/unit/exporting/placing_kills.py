"""Places exports in processes that are killed, each one step later than the one before; run by test_placing.

A step is anything that changes the disk: the process is killed right before it.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from tests.exports import write_export
from tests.unit.photos.mending.killing import kill_before
from tlgui.exporting import placing
from tlgui.exporting.export_formats import details_path, labels_path

MOST_STEPS = 300
MODEL, FOLDER = "birds.onnx", "birds"


def details_of(word: str) -> bytes:
    """Return a file of details as exports have it, with a word to know it by."""
    return json.dumps({"made_by": "tlgui", "word": word}).encode()


def make(root: Path, *, is_folder: bool, has_old: bool) -> tuple[Path, Path]:
    """Make a finished export and, if `has_old`, an older one in its place; return the export and its place."""
    place, ours = root / "place", root / "ours"
    place.mkdir(parents=True)
    suffix, name = ("", FOLDER) if is_folder else (".onnx", MODEL)
    write_export(ours, suffix, "new")
    if has_old:
        write_export(place / name, suffix, "old")
        if not is_folder:
            labels_path(place / name).write_text("old\n")
            details_path(place / name).write_bytes(details_of("old"))
    return ours, place / name


def main(root: Path, kind: str) -> None:
    """Leave a folder in `root` for each step that was killed before, and one where nothing was."""
    vars(os)["fsync"] = lambda _stream: None
    if "no exchange" in kind:
        vars(placing)["exchange"] = lambda _first, _second: False
    # Python tests the folder by writing a file.
    tempfile.gettempdir()
    for number in range(MOST_STEPS):
        export, target = make(root / str(number), is_folder="folder" in kind, has_old="old" in kind)
        child = os.fork()
        if child == 0:
            kill_before(number)
            placing.place(export, target, b"new\n", details_of("new"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))
    sys.exit("it never came to its end")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
