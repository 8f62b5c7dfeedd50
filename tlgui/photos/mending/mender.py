"""Mends a collection: leaves photos out, moves them to other classes or to the bin; and undoes it, after a restart too.

Each step is in the journal of the collection's workspace before it is done. Undo reverses one mending after the other,
and a kill between any two steps leaves each photo in exactly one place. A name that is taken gets a number.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.facts import FileState
from tlgui.photos.health.findings import CopyInto, LeaveOut, Mending, MoveInto, MoveToBin, UseAgain
from tlgui.photos.mending.bin import find_in_bin
from tlgui.photos.mending.copying import drop_made_folders, is_copied, remove_copy
from tlgui.photos.mending.file_mover import MADE_FOLDER, FileMover, MendingProblem, PlannedMove, part_of
from tlgui.photos.mending.journal import Journal, Record, RecordKind, Step
from tlgui.photos.mending.moving import settle
from tlgui.photos.mending.words import files_in_words, words_for, words_when_done
from tlgui.photos.names import shown_name
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

_NOT_IN_BIN = "It was not found in the bin; look there yourself, it may have another name or be deleted for good."


@dataclass(frozen=True, slots=True)
class Mended:
    """The result of a mending, or of undoing one.

    Args:
        done: How many files were mended.
        problems: The files that were not, and why.
        words: A sentence about both, for the screen.
        moved: The old and the new path of each photo that was moved.
    """

    done: int
    problems: tuple[MendingProblem, ...]
    words: str
    moved: tuple[tuple[Path, Path], ...] = field(default=(), compare=False, repr=False)


class Mender:
    """Mends one collection.

    Args:
        folder: The collection's folder.
        workspace: The collection's workspace, see `files.workspace_path`; made for the first mending.
    """

    def __init__(self, folder: Path, workspace: Path) -> None:
        self._folder = folder
        self._choices = Choices(workspace, folder)
        self._journal = Journal(workspace / "mendings")

    def next_undo(self) -> str | None:
        """Return words for what `undo` would undo, such as “move 14 photos to “wren””; None where there is nothing."""
        return self._journal.last_words()

    def apply(self, mending: Mending, context: JobContext) -> Mended:
        """Do a mending; a file for which it fails is in the result, and the others are mended all the same.

        Args:
            mending: What to do.
            context: Gets the progress; its checkpoint is called before each file.

        Returns:
            How many files were mended, and which were not.

        Raises:
            StorageError: The journal cannot be written, or another window mends this collection just now.
            Cancelled: The user pressed Stop; what was done stays, and can be undone.
        """
        with self._owned():
            match mending:
                case LeaveOut(paths):
                    left_out = self._choices.left_out()
                    return self._choose(RecordKind.LEAVE_OUT, [path for path in paths if path not in left_out])
                case UseAgain(paths):
                    left_out = self._choices.left_out()
                    return self._choose(RecordKind.USE_AGAIN, [path for path in paths if path in left_out])
                case MoveInto(moves):
                    elsewhere = dict(_elsewhere(moves))
                    planned = [
                        PlannedMove(number, path, to / path.name) for number, (path, to) in enumerate(elsewhere.items())
                    ]
                    return self._move(RecordKind.MOVE, planned, context)
                case CopyInto(copies):
                    planned = [
                        PlannedMove(number, path, to / path.name, is_copy=True)
                        for number, (path, to) in enumerate(copies)
                    ]
                    return self._move(RecordKind.COPY, planned, context)
                case MoveToBin(paths):
                    planned = [PlannedMove(number, path, None) for number, path in enumerate(dict.fromkeys(paths))]
                    return self._move(RecordKind.BIN, planned, context)

    def show_class_as(self, folder_names: Sequence[str], shown: str) -> Mended:
        """Show a class under another name than its folders'.

        Args:
            folder_names: The folders' names, as `shown_name` returns them.
            shown: The name; an empty one for the folders' own.

        Returns:
            The result, in words.

        Raises:
            StorageError: The disk refused, or another window mends this collection just now.
        """
        with self._owned():
            names = self._choices.shown_names()
            steps = {number: Step(name, shown, note=names.get(name, "")) for number, name in enumerate(folder_names)}
            record = self._journal.begin(RecordKind.SHOW_AS, self._words(RecordKind.SHOW_AS, steps))
            self._journal.plan(record, steps)
            for name in folder_names:
                self._choices.show_as(name, shown)
            return self._ended(record, set(), [])

    def undo(self, context: JobContext) -> Mended | None:
        """Undo the last mending; a file whose old name is taken meanwhile gets a number.

        What cannot be undone now, because a disk is full for instance, can be tried again; files that are gone cannot.

        Args:
            context: Gets the progress; its checkpoint is called before each file.

        Returns:
            The result; None where there was nothing to undo.

        Raises:
            StorageError: The journal cannot be written, or another window mends this collection just now.
            Cancelled: The user pressed Stop; the rest can still be undone.
        """
        with self._owned():
            record = self._journal.last()
            if record is None:
                return None
            words = record.words
            self._journal.begin_undo(record)
            if record.kind in {RecordKind.MOVE, RecordKind.BIN}:
                return self._move_back(record, words, context)
            if record.kind is RecordKind.COPY:
                return self._remove_copies(record, words, context)
            self._undo_choice(record)
            done = len(record.done)
            self._journal.end(record, record.done, record.words)
            return Mended(done, (), f"Undone: {words}.")

    def recover(self) -> None:
        """Complete or reverse the mending that a kill cut short; where that fails, the next call tries again."""
        if self._journal.is_cut_short():
            # Another window may be in the middle of it, or the disk be away.
            with contextlib.suppress(StorageError), self._owned():
                pass

    @contextlib.contextmanager
    def _owned(self) -> Iterator[None]:
        """Hold the lock of this collection's mendings, after `_settle`."""
        if not self._folder.is_dir():
            # All its files would seem to be deleted.
            raise StorageError(f"The folder “{self._folder.name}” is not there.", "Plug in its disk, then try again.")
        lock = files.OwnerLock(self._journal.folder / "lock")
        try:
            self._journal.folder.mkdir(parents=True, exist_ok=True)
            is_ours = lock.acquire()
        except OSError as error:
            raise files.storage_error(error, self._journal.folder / "lock") from error
        if not is_ours:
            raise StorageError("Another window is putting these photos in order.", "Wait until it has ended.")
        try:
            self._settle()
            yield
        finally:
            lock.release()

    def _choose(self, kind: RecordKind, paths: Sequence[Path]) -> Mended:
        steps = {number: Step(str(path)) for number, path in enumerate(paths)}
        record = self._journal.begin(kind, self._words(kind, steps))
        self._journal.plan(record, steps)
        if kind is RecordKind.LEAVE_OUT:
            self._choices.leave_out(paths)
        else:
            self._choices.use_again(paths)
        return self._ended(record, set(), [])

    def _move(self, kind: RecordKind, moves: Sequence[PlannedMove], context: JobContext) -> Mended:
        wanted = {move.number: Step(str(move.source), str(move.goal or "")) for move in moves}
        record = self._journal.begin(kind, self._words(kind, wanted))
        mover = FileMover(self._journal, record, context)
        try:
            mover.run(moves)
        finally:
            drop_made_folders(record)
            mended = self._finished(record, mover)
        return mended

    def _finished(self, record: Record, mover: FileMover) -> Mended:
        moved = mover.done if record.kind is not RecordKind.COPY else {}
        self._record_moved(moved)
        mended = self._ended(record, record.steps.keys() - mover.done.keys(), mover.problems)
        return replace(mended, moved=_moves(moved))

    def _ended(self, record: Record, missed: set[int], problems: Sequence[MendingProblem]) -> Mended:
        done = {number: step for number, step in record.steps.items() if number not in missed}
        words = self._words(record.kind, done)
        self._journal.end(record, missed, words)
        return Mended(len(done), tuple(problems), self._done_words(record.kind, done, len(problems)))

    def _move_back(self, record: Record, words: str, context: JobContext) -> Mended:
        mover = FileMover(self._journal, record, context)
        moves, lost = self._moves_back(record)
        try:
            mover.run(moves)
        finally:
            _drop_notes(mover.done)
            drop_made_folders(record)
            self._record_moved(mover.done)
            undone = mover.done.keys() | mover.gone | lost.keys()
            left = {number: step for number, step in record.done.items() if number not in undone}
            self._journal.end(record, undone, self._words(record.kind, left))
        problems = (*lost.values(), *mover.problems)
        what = (
            f"Undone: {words}."
            if not problems
            else f"Brought {files_in_words(mover.done)} back, not {len(problems):,}."
        )
        return Mended(len(mover.done), problems, what, _moves(mover.done))

    def _remove_copies(self, record: Record, words: str, context: JobContext) -> Mended:
        removed: set[int] = set()
        problems: list[MendingProblem] = []
        try:
            for number, step in record.done.items():
                context.checkpoint()
                if reason := remove_copy(step):
                    problems.append(MendingProblem(Path(step.target), reason))
                removed.add(number)
        finally:
            drop_made_folders(record)
            left = {number: step for number, step in record.done.items() if number not in removed}
            self._journal.end(record, removed, self._words(record.kind, left))
        what = f"Undone: {words}." if not problems else f"Removed the copies, not {len(problems):,}."
        return Mended(len(removed) - len(problems), tuple(problems), what)

    def _moves_back(self, record: Record) -> tuple[list[PlannedMove], dict[int, MendingProblem]]:
        """Return the moves that undo a mending, the last one first, and the files that cannot be found."""
        done = dict(sorted(record.done.items(), reverse=True))
        if record.kind is RecordKind.MOVE:
            return [
                PlannedMove(number, Path(step.target), Path(step.source), is_return=True)
                for number, step in done.items()
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

    def _undo_choice(self, record: Record) -> None:
        if record.kind is RecordKind.SHOW_AS:
            for step in record.done.values():
                self._choices.show_as(step.source, step.note)
            return
        paths = [Path(step.source) for step in record.done.values()]
        if record.kind is RecordKind.LEAVE_OUT:
            self._choices.use_again(paths)
        else:
            self._choices.leave_out(paths)

    def _settle(self) -> None:
        """Complete or reverse the mending that a kill cut short, if there is one."""
        record = self._journal.last()
        if record is None or not record.is_open:
            return
        steps = record.backs if record.is_undoing else record.steps
        try:
            if record.kind in {RecordKind.MOVE, RecordKind.BIN}:
                done = {number: step for number, step in steps.items() if _is_settled(record, number, step)}
                _drop_notes(done)
                drop_made_folders(record)
                self._record_moved(done)
                missed = done.keys() if record.is_undoing else steps.keys() - done.keys()
            elif record.kind is RecordKind.COPY:
                missed = {number for number, step in record.done.items() if not is_copied(record, number, step)}
                drop_made_folders(record)
            else:
                stays = self._stays(record.kind)
                missed = {number for number, step in record.done.items() if not stays(step)}
        except OSError as error:
            raise StorageError(f"An earlier change could not be put in order: {error}.", "Try again later.") from error
        left = {number: step for number, step in record.done.items() if number not in missed}
        self._journal.end(record, missed, self._words(record.kind, left))

    def _stays(self, kind: RecordKind) -> Callable[[Step], bool]:
        """Return a function that tells whether a choice is still as its step made it."""
        if kind is RecordKind.SHOW_AS:
            names = self._choices.shown_names()
            return lambda step: names.get(step.source, "") == step.target
        left_out, is_left_out = self._choices.left_out(), kind is RecordKind.LEAVE_OUT
        return lambda step: (Path(step.source) in left_out) is is_left_out

    def _record_moved(self, done: Mapping[int, Step]) -> None:
        """Record the new paths of moved photos, whose choices stay with them."""
        self._choices.moved(_moves(done))

    def _words(self, kind: RecordKind, steps: Mapping[int, Step]) -> str:
        return words_for(kind, steps, self._where(steps) if kind is RecordKind.MOVE else "")

    def _done_words(self, kind: RecordKind, done: Mapping[int, Step], failed: int) -> str:
        return words_when_done(kind, done, failed, self._where(done) if kind is RecordKind.MOVE else "")

    def _where(self, steps: Mapping[int, Step]) -> str:
        # As text: `Path.parent` takes ten times as long, and there may be 100,000 paths.
        folders = {os.path.dirname(step.target) for step in steps.values()}  # noqa: PTH120
        shown_names = self._choices.shown_names()
        # One class has a folder in each part of a divided folder.
        names = {shown_names.get(name, name) for name in (shown_name(Path(folder)) for folder in folders)}
        return f"“{names.pop()}”" if len(names) == 1 else f"{len(names):,} classes"


def mender_of(folder: Path) -> Mender:
    """Return a `Mender` for the collection in `folder`."""
    folder = folder.absolute()
    return Mender(folder, files.workspace_path(folder))


def _is_settled(record: Record, number: int, step: Step) -> bool:
    source = Path(step.source)
    if not step.target:
        # The system moves a file to its bin in one step.
        return not source.is_symlink() and not source.exists()
    target = Path(step.target)
    has_left = settle(source, target, part_of(record, number, target))
    # A file that is in neither place, as on a disk that was unplugged, may still have to be brought back.
    return has_left and not (record.is_undoing and not target.is_symlink() and not target.exists())


def _elsewhere(moves: Sequence[tuple[Path, Path]]) -> Iterator[tuple[Path, Path]]:
    """Yield the moves whose folder is another one than the file lies in, and not the same under another name."""
    stays = {
        (folder, to)
        for folder, to in {(path.parent, to) for path, to in moves}
        if folder == to or (to.exists() and folder.exists() and folder.samefile(to))
    }
    yield from (move for move in moves if (move[0].parent, move[1]) not in stays)


def _moves(done: Mapping[int, Step]) -> tuple[tuple[Path, Path], ...]:
    return tuple((Path(step.source), Path(step.target)) for step in done.values() if step.target)


def _drop_notes(back: Mapping[int, Step]) -> None:
    """Delete the bin's notes about files that came back."""
    for step in back.values():
        if step.note and step.note != MADE_FOLDER:
            with contextlib.suppress(OSError):
                Path(step.note).unlink()
