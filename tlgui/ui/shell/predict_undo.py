"""Undo on the Predict page: decisions about photos, sorts, and what was added, in one order, the newest first."""

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from tlgui.photos.mending.mender import Mended
from tlgui.ui.board.board import Board
from tlgui.ui.board.sorting import Sorting
from tlgui.ui.session.requests import AddDecidedRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.sort_commands import SortCommands
from tlgui.ui.widgets.plain_text import without_key


class PredictUndo(QObject):
    """Says what Undo takes back, and does it.

    Args:
        session: The state of the window.
        board: Has the decisions.
        sorting: Has the sorts.
        commands: Takes a sort back.
        undo_decision: Takes the last decision back, says so, and shows the photos that it was about.
        parent: The owner.
    """

    def __init__(
        self,
        session: Session,
        board: Board,
        sorting: Sorting,
        commands: SortCommands,
        undo_decision: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._board = board
        self._sorting = sorting
        self._commands = commands
        self._undo_decision = undo_decision
        # When corrected photos were added to the collection, where nothing was done to it since.
        self._added_at = -math.inf
        session.job_started.connect(self._on_session_job_started)

    def can_undo(self) -> bool:
        """Return whether there is something to take back; anything but a decision only while no job is under way."""
        if self._is_decision_next():
            return True
        return (self._is_adding_next() or self._sorting.last is not None) and not self._session.is_busy

    def text(self) -> str:
        """Return the menu text, with what would be taken back."""
        past = self._sorting.last
        if self._is_decision_next():
            what: str | None = self._board.next_undo
        elif self._is_adding_next():
            what = self._session.review.next_undo
        else:
            what = None if past is None else past.words
        return "&Undo" if what is None else f"&Undo: {without_key(what)}"

    def undo(self) -> None:
        """Take back the last decision, sort or addition."""
        if self._is_decision_next():
            self._undo_decision()
        elif self._is_adding_next():
            self._session.review.undo()
        elif self._sorted_at() > -math.inf:
            self._commands.undo()
        else:
            self._commands.ask_undo()

    def _sorted_at(self) -> float:
        # Not to be taken for a sort of this window, where it is of another one.
        return -math.inf if self._sorting.last is None else self._sorting.last_at

    def _is_decision_next(self) -> bool:
        if not self._board.next_undo:
            return False
        at = self._board.next_undo_at
        return at > self._sorted_at() and (at > self._added_at or not self._can_undo_adding())

    def _is_adding_next(self) -> bool:
        return self._can_undo_adding() and self._added_at > self._sorted_at()

    def _can_undo_adding(self) -> bool:
        return self._added_at > -math.inf and self._session.review.next_undo is not None

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        job.succeeded.connect(self._on_job_succeeded)

    @Slot(object)
    def _on_job_succeeded(self, result: object) -> None:
        if isinstance(result, Mended):
            job = self.sender()
            is_adding = isinstance(job, Job) and isinstance(job.request, AddDecidedRequest)
            self._added_at = time.monotonic() if is_adding and result.done else -math.inf
