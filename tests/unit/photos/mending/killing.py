"""Mends collections in processes that are killed, each one step later than the one before; run by test_file_mover.

A step is anything that changes the disk: the process is killed right before it.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tlgui.photos.health.findings import CopyInto, LeaveOut, Mending, MoveInto, MoveToBin, Together
from tlgui.photos.mending.mender import Mender
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

STEPS = frozenset(
    {"os.link", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.truncate", "os.utime"}
)
PHOTOS = ("robin/a.jpg", "robin/b.jpg", "robin/c.jpg", "wren/b.jpg")
MOST_STEPS = 300


def make(root: Path) -> tuple[Path, Path]:
    """Make a collection and its workspace: three robins, one of them left out, and a wren that shares a name."""
    folder, workspace = root / "photos", root / "workspace"
    for place in PHOTOS:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{root.name} {place}")
    choices = Choices(workspace, folder)
    choices.record_arrivals(dict(zip(PHOTOS, range(1, 5), strict=True)))
    choices.leave_out([folder / "robin/c.jpg"])
    return folder, workspace


def mending(name: str, folder: Path) -> Mending:
    """Return the mending that a scenario is about."""
    robins = tuple(folder / "robin" / name for name in ("b.jpg", "c.jpg"))
    if name == "bin":
        return MoveToBin(robins)
    if name == "copy":
        return CopyInto(tuple((path, folder.parent / "copies" / "train" / path.name[0]) for path in robins))
    if name == "decide":
        return Together((LeaveOut(robins[:1]), MoveInto(((robins[0], folder / "wren"),))), "")
    if name == "leave out":
        return LeaveOut(robins)
    return MoveInto(tuple((path, folder / ("new" if name == "new class" else "wren")) for path in robins))


def separate(folder: Path) -> None:
    """Let the wrens be on another disk than everything else."""
    link, rename = os.link, Path.rename

    def check(source: Path, target: Path) -> None:
        if (folder / "wren" in source.parents) != (folder / "wren" in target.parents):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    def linked(source: Path, target: Path) -> None:
        check(source, target)
        link(source, target)

    def renamed(source: Path, target: Path) -> Path:
        check(source, target)
        return rename(source, target)

    vars(os)["link"] = linked
    Path.rename = renamed  # type: ignore[assignment, method-assign]


def forget_links() -> None:
    """Let the disk know no links."""

    def refused(_source: Path, _target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    vars(os)["link"] = refused


def kill_before(number: int) -> None:
    """Kill this process before a step, counted from now."""
    seen = 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        is_write = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in STEPS or is_write:
            seen += 1
            if seen > number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def act(root: Path, name: str, number: int) -> None:
    """Mend, or undo a mending, up to a step."""
    # What was written outlives a kill; waiting for the disk, as for a power cut, only takes time here.
    vars(os)["fsync"] = lambda _stream: None
    folder, workspace = make(root)
    kind = name.removeprefix("undo ")
    if kind == "two disks":
        separate(folder)
    elif kind == "no links":
        forget_links()
    mender = Mender(folder, workspace)
    if name.startswith("undo "):
        mender.apply(mending(kind, folder), JobContext())
        kill_before(number)
        mender.undo(JobContext())
    else:
        kill_before(number)
        mender.apply(mending(kind, folder), JobContext())


def run_children(root: Path, names: Sequence[str], act: Callable[[Path, str, int], None], most_steps: int) -> None:
    """Leave a folder below `root` and the name of each scenario for each step that was killed before, and a whole one.

    All scenarios are run by one process: importing takes as long as the steps.
    """
    for name in names:
        for number in range(most_steps):
            place = root / name / str(number)
            place.mkdir(parents=True)
            child = os.fork()
            if child == 0:
                act(place, name, number)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            if os.WIFEXITED(status):
                if status:
                    sys.exit(os.WEXITSTATUS(status))
                break
        else:
            sys.exit("it never came to its end")


if __name__ == "__main__":
    run_children(Path(sys.argv[1]), sys.argv[2:], act, MOST_STEPS)
