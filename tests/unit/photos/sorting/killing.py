"""Sorts photos in processes that are killed, each one step later than the one before; run by test_kills."""

import errno
import os
import sys
from pathlib import Path

from tests.unit.photos.mending.killing import forget_links, kill_before, run_children
from tests.unit.photos.sorting.small_sort import FILES, decided, options, write
from tlgui.photos.mending.moving import move_file
from tlgui.photos.mending.records import Act
from tlgui.photos.sorting import carrying
from tlgui.photos.sorting.options import SidecarNote
from tlgui.photos.sorting.sorter import Sorter
from tlgui.progress import JobContext

MOST_STEPS = 600
ACTS = {
    "copy": Act.COPY,
    "move": Act.MOVE,
    "no links": Act.MOVE,
    "two disks": Act.MOVE,
    "keywords": Act.MOVE,
    "link": Act.LINK,
    "hard link": Act.HARD_LINK,
}
QUIET = JobContext()


def merged(old: bytes | None, text: str) -> bytes:
    """Return what a sidecar is to hold."""
    return (old or b"nothing") + b" + " + text.encode()


def sorter_in(root: Path) -> Sorter:
    """Return the sorter of a scenario."""
    return Sorter(root / "journal", {"keywords": merged})


def separate(folder: Path) -> None:
    """Let a folder be on another disk than everything else."""
    link, rename = os.link, Path.rename

    def check(source: Path, target: Path) -> None:
        if (folder in source.parents) != (folder in target.parents):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    def linked(source: Path, target: Path) -> None:
        check(source, target)
        link(source, target)

    def renamed(source: Path, target: Path) -> Path:
        check(source, target)
        return rename(source, target)

    vars(os)["link"] = linked
    Path.rename = renamed  # type: ignore[assignment, method-assign]


def stop_soon(sorter: Sorter, root: Path, act: Act, note: SidecarNote | None) -> None:
    """Sort until the disk is full, which is soon."""
    moved: list[Path] = []

    def full(source: Path, target: Path, part: Path) -> None:
        if len(moved) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        moved.append(target)
        move_file(source, target, part)

    vars(carrying)["move_file"] = full
    photos = decided(root / "card", note=note)
    sorter.apply(sorter.preview(photos, options(root / "sorted", act), QUIET), QUIET)
    vars(carrying)["move_file"] = move_file


def act(root: Path, name: str, number: int) -> None:
    """Sort, go on or undo, up to a step."""
    # What was written outlives a kill; waiting for the disk, as for a power cut, only takes time here.
    vars(os)["fsync"] = lambda _stream: None
    doing, _, kind = name.partition(" ") if name.startswith(("undo ", "resume ")) else ("", "", name)
    write(root / "card", {place: f"{root.name} {text}" for place, text in FILES.items()})
    write(root / "sorted" / "wren", {"a.jpg": f"{root.name} another"})
    if kind == "two disks":
        separate(root / "sorted")
    elif kind == "no links":
        forget_links()
    note = SidecarNote("keywords", "wren") if kind == "keywords" else None
    sorter = sorter_in(root)
    if doing == "resume":
        stop_soon(sorter, root, ACTS[kind], note)
        kill_before(number)
        sorter.go_on(QUIET)
        return
    plan = sorter.preview(decided(root / "card", note=note), options(root / "sorted", ACTS[kind]), QUIET)
    if doing == "undo":
        sorter.apply(plan, QUIET)
        kill_before(number)
        sorter.undo(QUIET)
    else:
        kill_before(number)
        sorter.apply(plan, QUIET)


if __name__ == "__main__":
    run_children(Path(sys.argv[1]), sys.argv[2:], act, MOST_STEPS)
