"""Takes a sort back, except what was changed since; and finds out after a kill which steps of one were done."""

import contextlib
import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from tlgui import files
from tlgui.photos.mending.copying import is_copied
from tlgui.photos.mending.file_mover import FileMover, MendingProblem, PlannedMove, part_of
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.moving import settle
from tlgui.photos.mending.records import Act, Record, Step
from tlgui.photos.mending.steps import is_settled
from tlgui.progress import JobContext, Progress, Stage

# Memory cards know the time in steps of two seconds.
_SAME_TIME_NS = 2_000_000_000
_CHANGED = "It was changed since it was sorted, so it stays."
_GONE = "It is no longer there."
_ORIGINAL_GONE = "The photo that it was made from is not there any more, so it stays."


class Undoing:
    """Takes the steps of one sort back.

    Args:
        journal: Gets each step back before it is done.
        record: The sort; the journal knows that undoing it has begun.
        context: Gets the progress; its checkpoint is called before each file.

    Attributes:
        undone: The numbers of the steps that were taken back, or can never be.
        problems: The files that were not taken back, and why.
        back_count: How many photos and other files were moved back or removed.
    """

    def __init__(self, journal: Journal, record: Record, context: JobContext) -> None:
        self.undone: set[int] = set()
        self.problems: list[MendingProblem] = []
        self.back_count = 0
        self._record = record
        self._context = context
        self._mover = FileMover(journal, record, context)

    def run(self) -> None:
        """Take the steps back, the last one first.

        Raises:
            StorageError: The journal cannot be written.
            Cancelled: The user pressed Stop.
        """
        steps = sorted(self._record.done.items(), reverse=True)
        try:
            self._remove([(number, step) for number, step in steps if step.act is not Act.MOVE])
            self._move_back([(number, step) for number, step in steps if step.act is Act.MOVE])
        finally:
            drop_folders(self._record)

    def _remove(self, steps: Sequence[tuple[int, Step]]) -> None:
        for ended, (number, step) in enumerate(steps, 1):
            self._context.checkpoint()
            target = Path(step.target)
            try:
                reason = _why_not_removed(step)
                if not reason:
                    target.unlink(missing_ok=True)
                    self.back_count += 1
                self.undone.add(number)
            except OSError as error:
                # That may be tried again.
                reason = f"It could not be removed: {error.strerror or error}."
            if reason:
                self.problems.append(MendingProblem(target, reason))
            self._context.report(Progress(Stage.UNDOING, ended, len(steps)))

    def _move_back(self, steps: Sequence[tuple[int, Step]]) -> None:
        moves = []
        for number, step in steps:
            reason = _why_not_back(step)
            if reason:
                self.undone.add(number)
                self.problems.append(MendingProblem(Path(step.target), reason))
            else:
                moves.append(PlannedMove(number, Path(step.target), Path(step.source), is_return=True))
        try:
            self._mover.run(moves)
        finally:
            self.undone |= self._mover.done.keys() | self._mover.gone
            self.back_count += len(self._mover.done)
            self.problems += self._mover.problems


def steps_done(record: Record) -> set[int]:
    """Complete or reverse the step that a kill cut short, and return the numbers of the steps that are done.

    Raises:
        OSError: The system refused.
    """
    return {number for number, step in record.done.items() if _is_done(record, number, step)}


def steps_undone(record: Record) -> set[int]:
    """Do the same for a sort that was being undone; return the numbers of the steps that are taken back.

    Raises:
        OSError: The system refused.
    """
    found = set()
    for number, step in record.done.items():
        if step.act is not Act.MOVE:
            is_back = not os.path.lexists(step.target)
        else:
            back = record.backs.get(number)
            is_back = back is not None and is_settled(record, number, back)
        if is_back:
            found.add(number)
    return found


def drop_folders(record: Record) -> None:
    """Remove the folders that were made for a sort and are empty."""
    folders = record.head.folders if record.head is not None else ()
    for folder in reversed(folders):
        # What holds something else by now stays.
        with contextlib.suppress(OSError):
            Path(folder).rmdir()


def _is_done(record: Record, number: int, step: Step) -> bool:
    source, target = Path(step.source), Path(step.target)
    if step.act is Act.COPY:
        return is_copied(record, number, step)
    if step.act is Act.LINK:
        return target.is_symlink() and target.readlink() == source.absolute()
    if step.act is Act.HARD_LINK:
        return target.exists() and source.exists() and target.samefile(source)
    part = part_of(record, number, target)
    if step.act is Act.MOVE:
        # A file that is in neither place may be on a disk that is away, and have to be brought back.
        return settle(source, target, part)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        part.unlink()
    return bool(step.digest) and _digest(target) == step.digest


def _why_not_removed(step: Step) -> str:
    """Return why a file that a sort made is not removed; empty where it is, and where it is gone already."""
    source, target = Path(step.source), Path(step.target)
    if not os.path.lexists(target):
        return ""
    if step.act is Act.LINK:
        is_as_made = target.is_symlink() and target.readlink() == source.absolute()
    elif step.act is Act.WRITE:
        is_as_made = _digest(target) == step.digest
    elif not source.exists():
        return _ORIGINAL_GONE
    elif step.act is Act.HARD_LINK:
        is_as_made = target.samefile(source)
    else:
        is_as_made = target.is_file() and _is_equal(source, target)
    return "" if is_as_made else _CHANGED


def _why_not_back(step: Step) -> str:
    """Return why a file that was moved is not moved back; empty where it is."""
    target = Path(step.target)
    try:
        state = target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return _GONE
    except OSError as error:
        return f"It cannot be looked at: {files.why_unreadable(error)}."
    if target.is_symlink():
        return ""
    is_same = state.st_size == step.size and abs(state.st_mtime_ns - step.changed_ns) <= _SAME_TIME_NS
    return "" if is_same else _CHANGED


def _is_equal(source: Path, target: Path) -> bool:
    # Not `filecmp`, which remembers what it compared by time and size.
    return source.stat().st_size == target.stat().st_size and _digest(source) == _digest(target)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
