"""Keeps what a person decides: on another thread, one step after the other, so that none is lost or overtakes another.

What is decided is shown at once and written afterwards. A full disk, or a window that holds the file for long, delays
no key. A step that could not be written is shown as not done. Closing the window waits until all is written.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from tlgui import gui_priority
from tlgui.errors import StorageError
from tlgui.photos.storage.decision_file import DecisionFile
from tlgui.photos.storage.decisions import Change, Decision, Decisions, Scope
from tlgui.ui.board.columns import UNDECIDED, BoardColumns, Decided, Rows
from tlgui.ui.board.digest_places import places_in
from tlgui.ui.board.serial_tasks import SerialTasks
from tlgui.ui.session.session import Session

# A step of 100,000 photos takes 3 MB.
_MOST_STEPS = 100
# The copies of more photos than these are found on the thread.
_MOST_AT_ONCE = 5000
_BYTES = 32

Digests = NDArray[np.uint8]


class DecisionsRequest:
    """Read and write what a person decided, in the background."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known about photos, as arrays for `BoardColumns.set_decided`.

    Args:
        classes: Of each photo the index into `names`, or `UNDECIDED`.
        moments: Of each photo the index into `times`, or `UNDECIDED`.
        names: The classes.
        times: When they were decided.
    """

    classes: NDArray[np.intp]
    moments: NDArray[np.intp]
    names: tuple[str, ...]
    times: tuple[str, ...]


@dataclass(eq=False, slots=True)
class Step:
    """One decision of the person.

    Args:
        digests: The photos.
        scope: What was asked.
        words: For Undo.
        photos: The columns that it was shown in.
        rows: The rows of these.
        before: What was shown of them before.
        change: What was written; None before it is.
        at: When it was decided, in seconds of the monotonic clock.
    """

    digests: Digests
    scope: Scope
    words: str
    photos: BoardColumns
    rows: Rows
    before: Decided
    change: Change | None = None
    at: float = field(default_factory=time.monotonic)


class DecisionLog(QObject):
    """The decisions about the photos of a board.

    Signals:
        shown: What was decided about photos changed; the rows, an array.
        steps_changed: What can be undone changed.
        problem_raised: A decision could not be read or kept, or the file was damaged.

    Args:
        session: Runs the jobs.
        photos: The columns that show the decisions.
        parent: The owner.

    Attributes:
        photos: The columns that show the decisions.
        scope: What is asked of their photos.
    """

    shown = Signal(object)
    steps_changed = Signal()
    problem_raised = Signal(StorageError)
    _told = Signal(StorageError)

    def __init__(self, session: Session, photos: BoardColumns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Told on the thread.
        self._told.connect(self.problem_raised, Qt.ConnectionType.QueuedConnection)
        self._decisions = Decisions(DecisionFile(tell=self._told.emit))
        self.photos = photos
        self.scope = Scope()
        # How many steps about each row have still to be written.
        self._unwritten = np.zeros(0, np.int16)
        self._steps: list[Step] = []
        self._tasks = SerialTasks(session, DecisionsRequest(), self)

    @property
    def next_undo(self) -> str:
        """What the last decision was, in words; empty where there is none to take back."""
        return self._steps[-1].words if self._steps else ""

    @property
    def next_undo_at(self) -> float:
        """When that decision was made, in seconds of the monotonic clock; only where there is one."""
        return self._steps[-1].at

    def follow(self, photos: BoardColumns, scope: Scope) -> None:
        """Show decisions in other columns from now on."""
        self.photos, self.scope = photos, scope
        self._unwritten = np.zeros(0, np.int16)

    def look_up(self, rows: Rows) -> None:
        """Show what was decided about photos before."""
        photos, digests, scope = self.photos, self.photos.digests(rows), self.scope

        def then(found: object) -> None:
            assert isinstance(found, Found)
            self._show(photos, rows, found)

        if digests.any():
            self._do(lambda: self._read(digests, scope), then)

    def when_known(self, then: Callable[[], None]) -> None:
        """Call a function when all that was asked for until now is read and written."""
        self._do(lambda: None, lambda _: then(), then)

    def decide(self, rows: Rows, class_name: str | None, words: str) -> Rows:
        """Decide about photos, and all others on the board with the same content.

        Args:
            rows: The photos.
            class_name: The class that they show; None takes back what was decided.
            words: For Undo, such as “name 3 photos robin”.

        Returns:
            The rows that it is decided about; those whose content is unknown are left out.
        """
        rows = decidable(self.photos, rows)
        if not len(rows):
            return rows
        digests, photos, scope = self.photos.digests(rows), self.photos, self.scope
        decision = None if class_name is None else Decision(class_name, _now())
        alike = photos.rows_with(digests) if len(digests) <= _MOST_AT_ONCE else rows
        step = Step(digests, scope, words, photos, alike, photos.decisions(alike))
        photos.decide(alike, class_name, decision.decided_at if decision is not None else "")
        self._count_unwritten(photos, alike, 1)
        self._steps = [*self._steps[-_MOST_STEPS + 1 :], step]
        every = photos.all_digests

        def write() -> Rows:
            step.change = self._decisions.decide(each_digest(digests), decision, scope, gui_priority.give_way)
            return np.flatnonzero(places_in(every, digests) >= 0) if alike is rows else alike

        def then(copies: object) -> None:
            assert isinstance(copies, np.ndarray)
            self._count_unwritten(photos, alike, -1)
            if len(copies) > len(alike) and photos is self.photos:
                self.look_up(np.setdiff1d(copies, alike))

        def otherwise() -> None:
            self._count_unwritten(photos, alike, -1)
            self._steps = [other for other in self._steps if other is not step]
            self.steps_changed.emit()
            if photos is self.photos:
                self._show_before(step)
                self.look_up(alike)

        self._do(write, then, otherwise)
        self.shown.emit(alike)
        self.steps_changed.emit()
        return alike

    def undo(self) -> Rows:
        """Take back the last decision, except for photos that were decided about again in another window.

        What is shown is what is decided in the scope of now: the model may have been trained again since.

        Returns:
            The rows that it is about; some may follow, and where other columns show them now, all have the decision
            until it is taken back on the disk.
        """
        step, photos, scope = self._steps.pop(), self.photos, self.scope
        self._count_unwritten(step.photos, step.rows, 1)
        if step.photos is photos:
            rows = photos.put_back(step.rows, step.before)
            self.shown.emit(rows)
        else:
            rows = photos.rows_with(step.digests) if len(step.digests) <= _MOST_AT_ONCE else step.rows[:0]
        every = photos.all_digests

        def then(known: object) -> None:
            assert isinstance(known, tuple)
            self._count_unwritten(step.photos, step.rows, -1)
            self._show(photos, *known)

        self._do(lambda: self._taken_back(step, every, scope), then, lambda: self._keep(step))
        self.steps_changed.emit()
        return rows

    def _show_before(self, step: Step) -> None:
        """Show what was decided before a step that was refused: perhaps the file cannot be read either."""
        settled = self._unwritten[step.rows] == 0
        before = Decided(step.before.classes[settled], step.before.moments[settled])
        self.shown.emit(step.photos.put_back(step.rows[settled], before))

    def _taken_back(self, step: Step, every: Digests, scope: Scope) -> tuple[Rows, Found]:
        """Take a step back; return the rows that it was about, and what is decided about them now. On the thread."""
        # By now it was written, or refused.
        if step.change is not None:
            self._decisions.take_back(step.change)
        places = places_in(every, step.digests)
        rows = np.flatnonzero(places >= 0)
        return rows, self._read(step.digests[places[rows]], scope)

    def _keep(self, step: Step) -> None:
        """Show a step again that could not be taken back."""
        self._count_unwritten(step.photos, step.rows, -1)
        self._steps.append(step)
        if step.photos is self.photos:
            self.look_up(step.rows)
        self.steps_changed.emit()

    def _read(self, digests: Digests, scope: Scope) -> Found:
        """Return what was decided about photos; on the thread."""
        each = each_digest(digests)
        decisions = self._decisions.of((digest for digest in each if any(digest)), scope, gui_priority.give_way)
        names, times = dict[str, int](), dict[str, int]()
        classes = np.full(len(each), UNDECIDED, np.intp)
        moments = np.full(len(each), UNDECIDED, np.intp)
        for place, digest in enumerate(each):
            if (decision := decisions.get(digest)) is not None:
                classes[place] = names.setdefault(decision.class_name, len(names))
                moments[place] = times.setdefault(decision.decided_at, len(times))
        return Found(classes, moments, tuple(names), tuple(times))

    def _show(self, photos: BoardColumns, rows: Rows, found: Found) -> None:
        """Show what was read, except for photos that were decided about meanwhile, or that left the board."""
        if photos is not self.photos:
            return
        settled = np.ones(len(rows), np.bool_)
        known = rows < len(self._unwritten)
        settled[known] = self._unwritten[rows[known]] == 0
        indices = np.array([*map(photos.class_index, found.names), UNDECIDED], np.intp)
        changed = photos.set_decided(
            rows[settled], indices[found.classes[settled]], found.moments[settled], found.times
        )
        if len(changed):
            self.shown.emit(changed)

    def _count_unwritten(self, photos: BoardColumns, rows: Rows, change: int) -> None:
        if photos is not self.photos:
            return
        if len(self._unwritten) < len(photos):
            grown = np.zeros(2 * len(photos), np.int16)
            grown[: len(self._unwritten)] = self._unwritten
            self._unwritten = grown
        self._unwritten[rows] += change

    def _do(
        self, work: Callable[[], object], then: Callable[[object], None], otherwise: Callable[[], None] = lambda: None
    ) -> None:
        """Have the thread do something after what it has to do already; a refusal of the disk is told."""

        def refused(error: StorageError) -> None:
            otherwise()
            self.problem_raised.emit(error)

        self._tasks.do(work, then, refused)


def decidable(photos: BoardColumns, rows: Rows) -> Rows:
    """Return the photos among some that can be decided about: those whose content is known, because they were read."""
    return rows[photos.digests(rows).any(axis=1)]


def each_digest(digests: Digests) -> list[bytes]:
    """Return digests one by one."""
    # NumPy would cut zeros at the end off.
    data = digests.tobytes()
    return [data[start : start + _BYTES] for start in range(0, len(data), _BYTES)]


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
