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
_ANOTHER = "another"
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
    """Sort, go on and undo in processes that are killed; return the photos that are not as they should be, and kills.

    Each round starts with all photos on the card, and ends with them back there, after every second sort was gone on
    with to its end.
    """
    card = _written(root / "card", count, _SMALL_BYTES)
    before = _digests(card)
    sort_seconds, undo_seconds = _seconds_unkilled(card, root / "timed", act)
    dice, kills, lost, turn = random.Random(1), 0, 0, 0
    while kills < KILLS:
        place, turn = root / f"turn {turn}", turn + 1
        _begin_turn(place)
        longest = {"sort": sort_seconds, "go on": sort_seconds / 2, "undo": undo_seconds}
        for doing, seconds in longest.items():
            if doing == "undo" and turn % 2:
                done = Sorter(place / "journal").go_on(_QUIET)
                lost += count - done.photo_count if done is not None else 0
            kills += _run_and_kill(card, place, act, doing, dice.uniform(0.0, seconds))
            lost += _missing(before, card, place)
        sorter = Sorter(place / "journal")
        while sorter.past():
            sorter.undo(_QUIET)
        after = _digests(card)
        lost += sum(after.get(name) != digest for name, digest in before.items())
        lost += len(_digests(place / "sorted")) - 1
        shutil.rmtree(place)
    return lost, kills


def _begin_turn(place: Path) -> None:
    """Make the folder to sort into, with another photo under the name of one that comes."""
    (place / "sorted" / "wren").mkdir(parents=True)
    (place / "sorted" / "wren" / "2.jpg").write_text(_ANOTHER)


def _missing(before: dict[str, bytes], card: Path, place: Path) -> int:
    """Return how many photos exist nowhere as they were, with the other one if it was written over."""
    there = Counter(digest for folder in (card, place / "sorted") for digest in _digests(folder).values())
    is_other_gone = (place / "sorted" / "wren" / "2.jpg").read_text() != _ANOTHER
    return sum(there[digest] == 0 for digest in before.values()) + is_other_gone


def _seconds_unkilled(card: Path, place: Path, act: Act) -> tuple[float, float]:
    """Return how long a sort and its undoing take here, so that kills come at any moment of them."""
    _begin_turn(place)
    sorter = Sorter(place / "journal")
    plan = sorter.preview(_decided(card), SortOptions(place / "sorted", act), _QUIET)
    start = time.perf_counter()
    sorter.apply(plan, _QUIET)
    sorted_at = time.perf_counter()
    sorter.undo(_QUIET)
    return sorted_at - start, time.perf_counter() - sorted_at


def _run_and_kill(card: Path, place: Path, act: Act, doing: str, seconds: float) -> int:
    """Run one operation and kill it after a time; return whether it was still under way."""
    command = [sys.executable, "-m", "tests.benchmarks.sorting", str(card), str(place), act.value, doing]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        return int(process.wait() == -signal.SIGKILL)


def _work(card: Path, place: Path, act: Act, doing: str) -> None:
    sorter = Sorter(place / "journal")
    if doing == "sort":
        plan = sorter.preview(_decided(card), SortOptions(place / "sorted", act), _QUIET)
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
    _work(Path(sys.argv[1]), Path(sys.argv[2]), Act(sys.argv[3]), sys.argv[4])
