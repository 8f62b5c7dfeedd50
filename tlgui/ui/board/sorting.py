"""Sorts the photos of the board into folders, goes on with a sort that stopped, and takes the last one back.

Each of these is a job of the session. The journal is read in the background; what it said last is kept here.
"""

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.learning.answers.photo_answer import identity_of
from tlgui.learning.answers.sorting import WRITERS, decided_photos
from tlgui.photos.sorting.options import SortOptions
from tlgui.photos.sorting.plan import SortPlan
from tlgui.photos.sorting.sorter import PastSort, Sorted, Sorter, Undone
from tlgui.progress import JobContext
from tlgui.ui.board.board import Board
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.session.requests import (
    PlanSortRequest,
    SortAgainRequest,
    SortRequest,
    SortsRequest,
    UndoSortRequest,
)
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

SortRequests = SortRequest | SortAgainRequest | UndoSortRequest


@dataclass(frozen=True, slots=True)
class SortInput:
    """What is to be sorted, and how.

    Args:
        contents: The photos.
        options: Where they go.
        with_keywords: Whether the class of each named photo is written beside it.
        taken: When photos were taken, as earlier previews have read it; gets what is read now.
    """

    contents: BoardContents
    options: SortOptions
    with_keywords: bool = False
    taken: dict[Path, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SortPreview:
    """What a sort is going to do.

    Args:
        plan: The plan.
        unreadable_count: Photos that are not sorted because they could not be read.
        is_model_known: Whether the model that named the photos could still be told by its file, for keywords.
    """

    plan: SortPlan
    unreadable_count: int = 0
    is_model_known: bool = True


class Sorting(QObject):
    """Does it, one sort at a time.

    Signals:
        changed: What can be undone, or gone on with, changed.
        ended: A sort ended, with a `Sorted`; its `stopped` and `left_count` say whether it is complete.
        stopped: The person stopped a sort or an undo; what can be undone or gone on with now, or None.
        undone: A sort was taken back, with an `Undone`.

    Args:
        session: The state of the window.
        board: Has the photos.
        parent: The owner.
    """

    changed = Signal()
    ended = Signal(Sorted)
    stopped = Signal(object)
    undone = Signal(Undone)

    def __init__(self, session: Session, board: Board, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._board = board
        self._sorter = Sorter(writers=WRITERS)
        self._last: PastSort | None = None
        # When this window made sorts, by what tells them apart.
        self._made_at: dict[tuple[str, str], float] = {}
        self._operation: _Operation | None = None

    @property
    def last(self) -> PastSort | None:
        """The sort that `undo` takes back; None where there is none, or before the journal was read."""
        return self._last

    @property
    def unfinished(self) -> PastSort | None:
        """The last sort if it stopped, so that it can be gone on with; otherwise None."""
        return self._last if self._last is not None and self._last.left_count else None

    @property
    def last_at(self) -> float:
        """When this window made that sort, in seconds of the monotonic clock; before all else where it did not."""
        return self._made_at.get(_key(self._last), -math.inf)

    def look(self, *, is_ours: bool = False) -> Job:
        """Read in the background what can be undone: another window or a command may have sorted photos.

        Args:
            is_ours: Whether this window may have made a sort otherwise, from a watched folder.
        """
        then = self._on_looked_after_copying if is_ours else self._on_looked
        return self._session.begin_in_background(SortsRequest(), lambda _context: self._sorter.last(), then)

    def preview(self, given: SortInput) -> Job:
        """Plan a sort in the background; the job succeeds with a `SortPreview`. Nothing is changed."""
        collection = self._session.collection
        training = collection.folder if collection is not None else None

        def plan(context: JobContext) -> SortPreview:
            contents = given.contents
            model = identity_of(contents.model) if given.with_keywords else None
            photos = tuple(decided_photos(contents.answers(context.checkpoint), model))
            found = self._sorter.preview(
                photos,
                given.options,
                context,
                class_names=contents.model.class_names,
                roots=contents.roots,
                training=training,
                taken=given.taken,
            )
            return SortPreview(found, len(contents) - len(photos), model is None or bool(model.digest))

        return self._session.begin_in_background(PlanSortRequest(given.options.into), plan)

    def sort(self, plan: SortPlan) -> Job:
        """Do what a plan says."""
        return self._begin(SortRequest(plan.options.into), lambda context: self._sorter.apply(plan, context))

    def go_on(self) -> Job | None:
        """Go on with the sort that stopped; None where there is none."""
        past = self.unfinished
        return self._begin(SortAgainRequest(past.into), self._sorter.go_on) if past is not None else None

    def undo(self) -> Job | None:
        """Take the last sort back; None where there is none."""
        past = self._last
        if past is None:
            return None
        return self._begin(UndoSortRequest(past.into), lambda context: self._sorter.undo(context, past))

    def _begin(self, request: SortRequests, act: Callable[[JobContext], object]) -> Job:
        operation = _Operation(self._sorter, act, is_undo=isinstance(request, UndoSortRequest))
        job = self._session.begin(request, operation)
        self._operation = operation
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.cancelled.connect(self._on_job_cancelled)
        return job

    def _take_over(self) -> None:
        """Show what a job has done, however it ended."""
        operation, self._operation = self._operation, None
        if operation is None:
            return
        self._board.move(operation.places)
        is_new = operation.last is not None and not operation.last.is_same(operation.before)
        if is_new and not operation.is_undo:
            self._made_at[_key(operation.last)] = time.monotonic()
        self._last = operation.last
        self.changed.emit()

    @Slot(object)
    def _on_looked_after_copying(self, last: object) -> None:
        if isinstance(last, PastSort) and not last.is_same(self._last):
            self._made_at[_key(last)] = time.monotonic()
        self._on_looked(last)

    @Slot(object)
    def _on_looked(self, last: object) -> None:
        assert last is None or isinstance(last, PastSort)
        if self._operation is None and last != self._last:
            self._last = last
            self.changed.emit()

    @Slot(object)
    def _on_job_succeeded(self, result: object) -> None:
        self._take_over()
        if isinstance(result, Sorted):
            self.ended.emit(result)
        elif isinstance(result, Undone):
            self.undone.emit(result)

    @Slot(object)
    def _on_job_failed(self, _error: object) -> None:
        self._take_over()

    @Slot()
    def _on_job_cancelled(self) -> None:
        self._take_over()
        self.stopped.emit(self._last)


class _Operation:
    """Runs on the thread of a job, and notes what it has moved, however it ends.

    Attributes:
        places: The new path of each file that was moved, by the old one.
        before: The last sort before it.
        last: The last sort after it.
        is_undo: Whether it takes a sort back.
    """

    def __init__(self, sorter: Sorter, act: Callable[[JobContext], object], *, is_undo: bool) -> None:
        self._sorter = sorter
        self._act = act
        self.is_undo = is_undo
        self.places: dict[str, str] = {}
        self.before: PastSort | None = None
        self.last: PastSort | None = None

    def __call__(self, context: JobContext) -> object:
        """Do it."""
        self.before = self._sorter.last()
        before = self._sorter.moved()
        try:
            return self._act(context)
        finally:
            after = self._sorter.moved()
            self.last = self._sorter.last()
            if self.is_undo:
                back = {new: old for old, new in before.items() if after.get(old) != new}
                # What was changed since stayed where it was.
                self.places = {new: old for new, old in back.items() if os.path.lexists(old)}
            else:
                self.places = {old: new for old, new in after.items() if before.get(old) != new}


def _key(past: PastSort | None) -> tuple[str, str]:
    return ("", "") if past is None else (past.id, past.began)
