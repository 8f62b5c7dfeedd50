"""Kills the placing of exports at random moments, starts again, and counts what is left.

Usage: `python -m tests.fuzz.export_kills [--kills 400]`
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tlgui import files
from tlgui.exporting import placing
from tlgui.exporting.export_formats import FORMATS, ExportFormat, labels_path

_BYTES = 2_000_000
_SHOWN = ("kills", "mixed_before", "mixed", "lost", "left", "new")
_FILES_IN_FOLDER = ("saved_model.pb", "variables/variables.data", "variables/variables.index", "assets/labels.txt")


def write(export: Path, export_format: ExportFormat, word: str) -> None:
    """Write a stand-in for an export, every file of which says the same word."""
    data = word.encode() * (_BYTES // len(word))
    if not export_format.is_folder:
        export.write_bytes(data)
        return
    for name in _FILES_IN_FOLDER:
        (export / name).parent.mkdir(parents=True, exist_ok=True)
        (export / name).write_bytes(data)


def words_of(target: Path, export_format: ExportFormat) -> set[str]:
    """Return the words that the files of an export say; "nothing" for one that is not there."""
    paths = [target / name for name in _FILES_IN_FOLDER] if export_format.is_folder else [target, labels_path(target)]
    return {path.read_bytes()[:3].decode() if path.exists() else "nothing" for path in paths}


def kill_once(root: Path, export_format: ExportFormat, seconds: float) -> Counter[str]:
    """Place an export over an older one, kill that after some seconds, start again, and say what was found."""
    place, ours = root / "place", root / "ours"
    place.mkdir()
    target = place / f"birds{export_format.suffix}"
    write(target, export_format, "old")
    if not export_format.is_folder:
        labels_path(target).write_text("old")
    write(ours, export_format, "new")
    child = os.fork()
    if child == 0:
        placing.place(ours, target, "new")
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    before = words_of(target, export_format)
    files.sweep(placing.finish)
    after = words_of(target, export_format)
    names = {target.name, *([] if export_format.is_folder else [labels_path(target).name])}
    return Counter(
        kills=1,
        mixed_before=int(before >= {"old", "new"}),
        mixed=int(len(after) > 1),
        lost=int(after == {"nothing"}),
        new=int(after == {"new"}),
        left=len({path.name for path in place.iterdir()} - names),
    )


def main() -> int:
    """Print the counts of each format; return 1 where anything was mixed, lost or left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=400, help="for each format")
    kills = parser.parse_args().kills
    dice = random.Random(1)
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = tempfile.tempdir = temporary
        for export_format in FORMATS:
            counts: Counter[str] = Counter()
            for _ in range(kills):
                with tempfile.TemporaryDirectory() as root:
                    counts += kill_once(Path(root), export_format, dice.uniform(0, 0.04))
            bad += counts["mixed_before"] + counts["mixed"] + counts["lost"] + counts["left"]
            shown = ", ".join(f"{name} {counts[name]}" for name in _SHOWN)
            sys.stdout.write(f"{export_format.id}: {shown}\n")
        left = [path for path in Path(temporary).iterdir() if path != files.process_folder()]
        sys.stdout.write(f"temporary folders left: {len(left)}\n")
    return int(bool(bad or left))


if __name__ == "__main__":
    sys.exit(main())
