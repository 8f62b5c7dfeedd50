"""Helpers of mendings: which moves are needed, what steps moved, what a kill left of them, and removed folders."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tlgui.photos.facts import FileState
from tlgui.photos.mending.bin import find_in_bin
from tlgui.photos.mending.file_mover import MADE_FOLDER, MendingProblem, PlannedMove, part_of
from tlgui.photos.mending.moving import settle
from tlgui.photos.mending.records import Record, RecordKind, Step

_NOT_IN_BIN = "It was not found in the bin; look there yourself, it may have another name or be deleted for good."
_NOT_EMPTY = "There is something in it, so it stays."


def is_settled(record: Record, number: int, step: Step) -> bool:
    """Complete or reverse a move that a kill may have cut short; return whether the file has left its old path."""
    source = Path(step.source)
    if not step.target:
        # The system moves a file to its bin in one step.
        return not source.is_symlink() and not source.exists()
    target = Path(step.target)
    has_left = settle(source, target, part_of(record, number, target))
    # A file that is in neither place, as on a disk that was unplugged, may still have to be brought back.
    return has_left and not (record.is_undoing and not target.is_symlink() and not target.exists())


def elsewhere(moves: Sequence[tuple[Path, Path]]) -> Iterator[tuple[Path, Path]]:
    """Yield the moves whose folder is another one than the file lies in, and not the same under another name."""
    stays = {
        (folder, to)
        for folder, to in {(path.parent, to) for path, to in moves}
        if folder == to or (to.exists() and folder.exists() and folder.samefile(to))
    }
    yield from (move for move in moves if (move[0].parent, move[1]) not in stays)


def moves_of(done: Mapping[int, Step]) -> tuple[tuple[Path, Path], ...]:
    """Return the old and the new path of each file that steps moved."""
    return tuple((Path(step.source), Path(step.target)) for step in done.values() if step.target)


def moves_back(record: Record) -> tuple[list[PlannedMove], dict[int, MendingProblem]]:
    """Return the moves that undo a mending, the last one first, and the files that cannot be found."""
    done = dict(sorted(record.done.items(), reverse=True))
    if record.kind is RecordKind.MOVE:
        return [
            PlannedMove(number, Path(step.target), Path(step.source), is_return=True) for number, step in done.items()
        ], {}
    found = find_in_bin({Path(step.source): FileState(step.size, step.changed_ns) for step in done.values()})
    moves, lost = [], {}
    for number, step in done.items():
        original = Path(step.source)
        binned = found.get(original)
        if binned is None:
            lost[number] = MendingProblem(original, _NOT_IN_BIN)
        else:
            note = str(binned.note) if binned.note is not None else ""
            moves.append(PlannedMove(number, binned.file, original, is_return=True, note=note))
    return moves, lost


def drop_notes(back: Mapping[int, Step]) -> None:
    """Delete the bin's notes about files that came back."""
    for step in back.values():
        if step.note and step.note != MADE_FOLDER:
            with contextlib.suppress(OSError):
                Path(step.note).unlink()


def emptied_folders(done: Mapping[int, Step]) -> tuple[Path, ...]:
    """Return the folders that steps moved files out of and in which nothing is left."""
    # As text: `Path.parent` takes ten times as long, and there may be 100,000 paths.
    folders = map(Path, dict.fromkeys(os.path.dirname(step.source) for step in done.values()))  # noqa: PTH120
    return tuple(folder for folder in folders if _is_empty(folder))


def remove_folders(steps: Mapping[int, Step]) -> dict[int, MendingProblem]:
    """Remove the folders of steps.

    Returns:
        The steps whose folder stays, because something is in it or the system refused.
    """
    problems: dict[int, MendingProblem] = {}
    for number, step in steps.items():
        folder = Path(step.source)
        try:
            folder.rmdir()
        except FileNotFoundError:
            problems[number] = MendingProblem(folder, "It is no longer there.")
        except OSError as error:
            reason = _NOT_EMPTY if not _is_empty(folder) else f"It could not be removed: {error.strerror or error}."
            problems[number] = MendingProblem(folder, reason)
    return problems


def make_folders_again(steps: Mapping[int, Step]) -> dict[int, MendingProblem]:
    """Make removed folders again.

    Returns:
        The steps whose folder could not be made.
    """
    problems: dict[int, MendingProblem] = {}
    for number, step in steps.items():
        folder = Path(step.source)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems[number] = MendingProblem(folder, f"It could not be made again: {error.strerror or error}.")
    return problems


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return False
