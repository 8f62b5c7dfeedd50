"""How fast photos are copied into folders, and what 60 kills of a sort of 10,000 leave."""

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.figures import Figure, ratio
from tlgui.files import cache_folder
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting.options import Answer, DecidedPhoto, SortOptions
from tlgui.photos.sorting.sorter import Sorter
from tlgui.progress import JobContext

COUNT = 10_000
KILLS = 60
TARGET_SHARE = 0.8
_LARGE_COUNT, _LARGE_BYTES = 300, 3_000_000
_SMALL_BYTES = 2_000
_CLASSES = ("owl", "robin", "wren")
_QUIET = JobContext()


def measure(count: int) -> list[Figure]:
    """Copy photos and kill sorts.

    Args:
        count: How many photos the sorts that are killed have.
    """
    root = cache_folder() / "sorting"
    try:
        return [_copying(root / "copying"), *_killing(root / "killing", count)]
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _copying(root: Path) -> Figure:
    source = _written(root / "card", _LARGE_COUNT, _LARGE_BYTES)
    shares, ours, theirs = [], 0.0, 0.0
    for turn in range(3):
        os.sync()
        start = time.perf_counter()
        subprocess.run(["cp", "-r", str(source), str(root / f"cp {turn}")], check=True)
        os.sync()
        for path in source.iterdir():
            hashlib.sha256(path.read_bytes()).digest()
        theirs = time.perf_counter() - start
        sorter = Sorter(root / f"journal {turn}")
        plan = sorter.preview(_decided(source), SortOptions(root / f"sorted {turn}"), _QUIET)
        start = time.perf_counter()
        sorter.apply(plan, _QUIET)
        ours = time.perf_counter() - start
        shares.append(theirs / ours)
        for name in (f"cp {turn}", f"sorted {turn}"):
            shutil.rmtree(root / name)
    size = _LARGE_COUNT * _LARGE_BYTES / 1e6
    beside = ratio(ours, theirs, "cp -r, sync and one read for the digest, s")
    what = f"pace of copying {_LARGE_COUNT} photos ({size:,.0f} MB) to cp -r, sync and one read, best of 3"
    return Figure("sorting", what, max(shares), TARGET_SHARE, beside, more_is_better=True)


def _killing(root: Path, count: int) -> list[Figure]:
    figures = []
    for act in (Act.COPY, Act.MOVE):
        lost, kills = _killed(root / act.value, act, count)
        what = f"photos lost, changed or overwritten in a {act.value} of {count:,} killed at {kills} random moments"
        figures.append(Figure("sorting", what, float(lost), 0.0))
    return figures


def _killed(root: Path, act: Act, count: int) -> tuple[int, int]:
    """Sort, go on and undo in processes that are killed; return the photos that are not as they should be."""
    source, into = _written(root / "card", count, _SMALL_BYTES), root / "sorted"
    (into / "wren").mkdir(parents=True)
    (into / "wren" / "2.jpg").write_text("another")
    before, dice, kills, lost = _digests(source), random.Random(1), 0, 0
    while kills < KILLS:
        for doing in ("sort", "go on", "undo"):
            kills += _run_and_kill(root, act, doing, dice)
            there = Counter(digest for folder in (source, into) for digest in _digests(folder).values())
            lost += sum(there[digest] == 0 for digest in before.values())
            lost += (into / "wren" / "2.jpg").read_text() != "another"
    sorter = Sorter(root / "journal")
    while sorter.past():
        sorter.undo(_QUIET)
    lost += sum(_digests(source).get(name) != digest for name, digest in before.items())
    done = sorter.apply(sorter.preview(_decided(source), SortOptions(into, act), _QUIET), _QUIET)
    return lost + (count - done.photo_count), kills


def _run_and_kill(root: Path, act: Act, doing: str, dice: random.Random) -> int:
    """Run one operation and kill it at a random moment; return whether it was still under way."""
    command = [sys.executable, "-m", "tests.benchmarks.sorting", str(root), act.value, doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.uniform(0.0, 1.5))
        process.send_signal(signal.SIGKILL)
        return int(process.wait() == -signal.SIGKILL)


def _work(root: Path, act: Act, doing: str) -> None:
    sorter = Sorter(root / "journal")
    if doing == "sort":
        plan = sorter.preview(_decided(root / "card"), SortOptions(root / "sorted", act), _QUIET)
        print("begun", flush=True)
        sorter.apply(plan, _QUIET)
        return
    print("begun", flush=True)
    if doing == "go on":
        sorter.go_on(_QUIET)
    else:
        sorter.undo(_QUIET)


def _written(folder: Path, count: int, size: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(os.urandom(size))
    return folder


def _decided(folder: Path) -> list[DecidedPhoto]:
    paths = sorted(folder.iterdir())
    return [DecidedPhoto(path, Answer.NAMED, _CLASSES[place % 3], 0.9) for place, path in enumerate(paths)]


def _digests(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in files}


if __name__ == "__main__":
    _work(Path(sys.argv[1]), Act(sys.argv[2]), sys.argv[3])
