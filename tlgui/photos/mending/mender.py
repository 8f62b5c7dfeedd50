"""Mends a collection: leaves photos out, moves them to other classes or to the bin; and undoes it, after a restart too.

Each step is in the journal of the collection's workspace before it is done. Undo reverses one mending after the other,
and a kill between any two steps leaves each photo in exactly one place. A name that is taken gets a number.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.health.findings import (
    AddInto,
    ConfirmClass,
    CopyInto,
    LeaveOut,
    Mending,
    MoveInto,
    MoveToBin,
    RemoveFolders,
    ShowAs,
    SingleMending,
    Together,
    UseAgain,
)
from tlgui.photos.mending.choosing import make_choices, planned_choices, stays_chosen, take_choices_back
from tlgui.photos.mending.copying import drop_made_folders, is_copied, remove_copy
from tlgui.photos.mending.file_mover import FileMover, MendingProblem, PlannedMove
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.records import Record, RecordKind, Step
from tlgui.photos.mending.steps import (
    drop_notes,
    elsewhere,
    emptied_folders,
    is_settled,
    make_folders_again,
    moves_back,
    moves_of,
    remove_folders,
)
from tlgui.photos.mending.words import files_in_words, words_for, words_when_done
from tlgui.photos.names import shown_name
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext

_COPIES = frozenset({RecordKind.COPY, RecordKind.ADD})
_INTO_CLASSES = frozenset({RecordKind.MOVE, RecordKind.ADD})


@dataclass(frozen=True, slots=True)
class Mended:
    """The result of a mending, or of undoing one.

    Args:
        done: How many files were mended.
        problems: The files that were not, and why.
        words: A sentence about both, for the screen.
        moved: The old and the new path of each photo that was moved.
        emptied: The folders that it left empty.
    """

    done: int
    problems: tuple[MendingProblem, ...]
    words: str
    moved: tuple[tuple[Path, Path], ...] = field(default=(), compare=False, repr=False)
    emptied: tuple[Path, ...] = field(default=(), compare=False)


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
            if isinstance(mending, Together):
                return self._apply_together(mending, context)
            return self._apply_single(mending, context)

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
        return self.apply(ShowAs(tuple(folder_names), shown), JobContext())

    def undo(self, context: JobContext) -> Mended | None:
        """Undo the last mending; a file whose old name is taken meanwhile gets a number.

        What cannot be undone now, because a disk is full for instance, can be tried again; files that are gone cannot.

        Args:
            context: Gets the progress; its checkpoint is called before each file.

        Returns:
            The result; None where there was nothing to undo.

        Raises:
            StorageError: The journal cannot be written, another window mends this collection just now, or a later
                version has mended it.
            Cancelled: The user pressed Stop; the rest can still be undone.
        """
        with self._owned():
            self._journal.check_version()
            record = self._journal.last()
            return self._undo_whole(record, context) if record is not None else None

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

    def _apply_together(self, together: Together, context: JobContext) -> Mended:
        before: Record | None = None
        mended = Mended(0, (), "Nothing was changed.")
        for mending in together.mendings:
            mended = self._apply_single(mending, context, before)
            last = self._journal.last()
            before = last if last is not None and mended.done else before
        if before is not None and not mended.done:
            # The others were done for the sake of the last one.
            self._undo_whole(before, context)
        return replace(mended, words=f"{mended.words} {together.note}".strip()) if mended.done else mended

    def _apply_single(self, mending: SingleMending, context: JobContext, joins: Record | None = None) -> Mended:
        match mending:
            case LeaveOut() | UseAgain() | ConfirmClass():
                return self._choose(mending, context, joins)
            case MoveInto(moves):
                return self._move(RecordKind.MOVE, _planned(dict(elsewhere(moves)).items()), context, joins)
            case CopyInto(copies):
                return self._move(RecordKind.COPY, _planned(copies, is_copy=True), context, joins)
            case AddInto(copies, refused):
                mended = self._move(RecordKind.ADD, _planned(copies, is_copy=True), context, joins, len(refused))
                problems = (*(MendingProblem(path, reason) for path, reason in refused), *mended.problems)
                return replace(mended, problems=problems)
            case MoveToBin(paths):
                binned = [PlannedMove(number, path, None) for number, path in enumerate(dict.fromkeys(paths))]
                return self._move(RecordKind.BIN, binned, context, joins)
            case RemoveFolders(folders):
                return self._remove(folders, joins)
            case ShowAs(folder_names, shown):
                return self._show_as(folder_names, shown, joins)

    def _choose(self, mending: LeaveOut | UseAgain | ConfirmClass, context: JobContext, joins: Record | None) -> Mended:
        plan = planned_choices(self._choices, mending, context)
        record = self._journal.begin(plan.kind, self._words(plan.kind, plan.steps), joins)
        self._journal.plan(record, plan.steps)
        make_choices(self._choices, plan.kind, plan.steps)
        return self._ended(record, set(), plan.problems)

    def _show_as(self, folder_names: Sequence[str], shown: str, joins: Record | None) -> Mended:
        names = self._choices.shown_names()
        steps = {number: Step(name, shown, note=names.get(name, "")) for number, name in enumerate(folder_names)}
        record = self._journal.begin(RecordKind.SHOW_AS, self._words(RecordKind.SHOW_AS, steps), joins)
        self._journal.plan(record, steps)
        make_choices(self._choices, record.kind, steps)
        return self._ended(record, set(), [])

    def _remove(self, folders: Sequence[Path], joins: Record | None) -> Mended:
        steps = {number: Step(str(folder)) for number, folder in enumerate(dict.fromkeys(folders))}
        record = self._journal.begin(RecordKind.REMOVE, self._words(RecordKind.REMOVE, steps), joins)
        self._journal.plan(record, steps)
        problems = remove_folders(steps)
        return self._ended(record, set(problems), list(problems.values()))

    def _move(
        self,
        kind: RecordKind,
        moves: Sequence[PlannedMove],
        context: JobContext,
        joins: Record | None,
        refused: int = 0,
    ) -> Mended:
        wanted = {move.number: Step(str(move.source), str(move.goal or "")) for move in moves}
        record = self._journal.begin(kind, self._words(kind, wanted), joins)
        mover = FileMover(self._journal, record, context)
        try:
            mover.run(moves)
        finally:
            drop_made_folders(record)
            mended = self._finished(record, mover, refused)
        return mended

    def _finished(self, record: Record, mover: FileMover, refused: int) -> Mended:
        moved = mover.done if record.kind not in _COPIES else {}
        self._record_moved(moved)
        mended = self._ended(record, record.steps.keys() - mover.done.keys(), mover.problems, refused)
        emptied = tuple(folder for folder in emptied_folders(moved) if folder != self._folder)
        return replace(mended, moved=moves_of(moved), emptied=emptied)

    def _ended(self, record: Record, missed: set[int], problems: Sequence[MendingProblem], refused: int = 0) -> Mended:
        done = {number: step for number, step in record.steps.items() if number not in missed}
        words = self._words(record.kind, done)
        self._journal.end(record, missed, words)
        return Mended(len(done), tuple(problems), self._done_words(record.kind, done, len(problems) + refused))

    def _undo_whole(self, record: Record, context: JobContext) -> Mended:
        """Undo the last mending of the journal with those that it is a part of, as long as nothing of it is left."""
        mended = self._undo(record, context)
        while record.joins and not record.done:
            before = self._journal.last()
            if before is None or before.path.stem != record.joins:
                break
            self._undo(before, context)
            record = before
        return mended

    def _undo(self, record: Record, context: JobContext) -> Mended:
        """Undo one mending of the journal."""
        words = record.words
        self._journal.begin_undo(record)
        if record.kind in {RecordKind.MOVE, RecordKind.BIN}:
            return self._move_back(record, words, context)
        if record.kind in _COPIES:
            return self._remove_copies(record, words, context)
        if record.kind is RecordKind.REMOVE:
            return self._make_again(record, words)
        take_choices_back(self._choices, record.kind, record.done)
        done = len(record.done)
        self._journal.end(record, record.done, record.words)
        return Mended(done, (), f"Undone: {words}.")

    def _make_again(self, record: Record, words: str) -> Mended:
        steps = record.done
        problems = make_folders_again(steps)
        left = {number: step for number, step in steps.items() if number in problems}
        self._journal.end(record, steps.keys() - problems.keys(), self._words(record.kind, left))
        what = f"Undone: {words}." if not problems else f"{len(problems):,} could not be made again."
        return Mended(len(steps) - len(problems), tuple(problems.values()), what)

    def _move_back(self, record: Record, words: str, context: JobContext) -> Mended:
        mover = FileMover(self._journal, record, context)
        moves, lost = moves_back(record)
        try:
            mover.run(moves)
        finally:
            drop_notes(mover.done)
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
        return Mended(len(mover.done), problems, what, moves_of(mover.done))

    def _remove_copies(self, record: Record, words: str, context: JobContext) -> Mended:
        removed: set[int] = set()
        problems: list[MendingProblem] = []
        try:
            for number, step in record.done.items():
                context.checkpoint()
                if reason := remove_copy(step, may_bin=record.kind is RecordKind.ADD):
                    problems.append(MendingProblem(Path(step.target), reason))
                removed.add(number)
        finally:
            drop_made_folders(record)
            left = {number: step for number, step in record.done.items() if number not in removed}
            self._journal.end(record, removed, self._words(record.kind, left))
        what = f"Undone: {words}." if not problems else f"Removed the copies, not {len(problems):,}."
        return Mended(len(removed) - len(problems), tuple(problems), what)

    def _settle(self) -> None:
        """Complete or reverse the mending that a kill cut short, if there is one."""
        record = self._journal.last()
        if record is None or not record.is_open:
            return
        steps = record.backs if record.is_undoing else record.steps
        try:
            if record.kind in {RecordKind.MOVE, RecordKind.BIN}:
                done = {number: step for number, step in steps.items() if is_settled(record, number, step)}
                drop_notes(done)
                drop_made_folders(record)
                self._record_moved(done)
                missed = done.keys() if record.is_undoing else steps.keys() - done.keys()
            elif record.kind is RecordKind.REMOVE:
                missed = {number for number, step in record.done.items() if Path(step.source).is_dir()}
            elif record.kind in _COPIES:
                missed = {number for number, step in record.done.items() if not is_copied(record, number, step)}
                drop_made_folders(record)
            else:
                stays = stays_chosen(self._choices, record.kind)
                missed = {number for number, step in record.done.items() if not stays(step)}
        except OSError as error:
            raise StorageError(f"An earlier change could not be put in order: {error}.", "Try again later.") from error
        left = {number: step for number, step in record.done.items() if number not in missed}
        self._journal.end(record, missed, self._words(record.kind, left))

    def _record_moved(self, done: Mapping[int, Step]) -> None:
        """Record the new paths of moved photos, whose choices stay with them."""
        self._choices.moved(moves_of(done))

    def _words(self, kind: RecordKind, steps: Mapping[int, Step]) -> str:
        return words_for(kind, steps, self._where(steps) if kind in _INTO_CLASSES else "")

    def _done_words(self, kind: RecordKind, done: Mapping[int, Step], failed: int) -> str:
        return words_when_done(kind, done, failed, self._where(done) if kind in _INTO_CLASSES else "")

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


def _planned(moves: Iterable[tuple[Path, Path]], *, is_copy: bool = False) -> list[PlannedMove]:
    return [PlannedMove(number, path, to / path.name, is_copy=is_copy) for number, (path, to) in enumerate(moves)]
