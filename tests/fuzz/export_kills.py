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

from tests.exports import MISSING, words_in, write_export
from tlgui import files
from tlgui.exporting import placing
from tlgui.exporting.export_formats import FORMATS, ExportFormat, labels_path

_BYTES = 2_000_000
_LATEST_KILL = 1.3
# As on a disk that cannot exchange two folders in one step.
_TWO_STEPS = "savedmodel in two steps"
_SHOWN = ("kills", "mixed_before", "mixed", "lost", "left", "new")


def words_of(target: Path, export_format: ExportFormat) -> set[str]:
    """Return the words that the files of an export say, that of its class names too."""
    words = words_in(target)
    if not export_format.is_folder:
        labels = labels_path(target)
        words.add(labels.read_text().strip() if labels.exists() else MISSING)
    return words


def kill_once(root: Path, export_format: ExportFormat, seconds: float) -> Counter[str]:
    """Place an export over an older one, kill that after some seconds, start again, and say what was found."""
    place, ours, target = _made(root, export_format)
    child = os.fork()
    if child == 0:
        placing.place(ours, target, b"new\n")
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
        lost=int(after == {MISSING}),
        new=int(after == {"new"}),
        left=len({path.name for path in place.iterdir()} - names),
    )


def seconds_of_placing(export_format: ExportFormat) -> float:
    """Return how long it takes when nothing disturbs it."""
    with tempfile.TemporaryDirectory() as root:
        _, ours, target = _made(Path(root), export_format)
        begun = time.perf_counter()
        placing.place(ours, target, b"new\n")
        return time.perf_counter() - begun


def campaign(export_format: ExportFormat, kills: int, dice: random.Random) -> Counter[str]:
    """Kill the placing of one format again and again, before its end and shortly after."""
    latest = _LATEST_KILL * seconds_of_placing(export_format)
    counts: Counter[str] = Counter()
    for _ in range(kills):
        with tempfile.TemporaryDirectory() as root:
            counts += kill_once(Path(root), export_format, dice.uniform(0, latest))
    return counts


def main() -> int:
    """Print the counts of each format; return 1 where anything was mixed, lost or left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=400, help="for each format")
    kills = parser.parse_args().kills
    dice = random.Random(1)
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["TMPDIR"] = tempfile.tempdir = temporary
        folder = next(export_format for export_format in FORMATS if export_format.is_folder)
        for name, export_format in [*((each.id, each) for each in FORMATS), (_TWO_STEPS, folder)]:
            if name == _TWO_STEPS:
                vars(placing)["exchange"] = lambda _first, _second: False
            counts = campaign(export_format, kills, dice)
            bad += counts["mixed_before"] + counts["mixed"] + counts["lost"] + counts["left"]
            shown = ", ".join(f"{word} {counts[word]}" for word in _SHOWN)
            sys.stdout.write(f"{name}: {shown}\n")
        left = [path for path in Path(temporary).iterdir() if path != files.process_folder()]
        sys.stdout.write(f"temporary folders left: {len(left)}\n")
    return int(bool(bad or left))


def _made(root: Path, export_format: ExportFormat) -> tuple[Path, Path, Path]:
    """Make an older export in its place and a newer one elsewhere; return its folder, the newer, the place."""
    place, ours = root / "place", root / "ours"
    place.mkdir()
    target = place / f"birds{export_format.suffix}"
    write_export(target, export_format.suffix, "old", _BYTES)
    if not export_format.is_folder:
        labels_path(target).write_text("old\n")
    write_export(ours, export_format.suffix, "new", _BYTES)
    return place, ours, target


if __name__ == "__main__":
    sys.exit(main())
