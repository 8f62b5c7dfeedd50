"""Suggests the look-alikes of what a person just decided: “12 more look like these”; found on another thread."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from tlgui.progress import JobContext
from tlgui.text.numbers import count
from tlgui.ui.board.columns import BoardColumns, Rows
from tlgui.ui.board.decision_log import DecisionLog, Digests
from tlgui.ui.board.digest_places import places_in
from tlgui.ui.board.look_suggestions import alike_rows, board_looks, usual_likeness
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

# The limit is taken anew when the board has grown by so much.
_GROWTH = 1.2


class SuggestionRequest:
    """Find the look-alikes of what was decided, in the background."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Photos that may show the class that a person just decided on.

    Args:
        class_name: The class.
        rows: The photos, the most alike first.
        decided_count: How many photos they were compared with.
    """

    class_name: str
    rows: Rows
    decided_count: int = 1

    def sentence(self) -> str:
        """Return how many there are, such as “12 more look like these.”."""
        number = len(self.rows)
        verb, these = "looks" if number == 1 else "look", "this" if self.decided_count == 1 else "these"
        return f"{number:,} more {verb} like {these}."

    def question(self) -> str:
        """Return what can be done about them."""
        return f"Name {count('photo', len(self.rows))} “{self.class_name}” too?"


@dataclass(frozen=True, slots=True)
class _Found:
    """What the thread found."""

    photos: BoardColumns
    suggestion: Suggestion
    size: int
    limit: float | None


class Suggestions(QObject):
    """The suggestion that is shown now.

    Signals:
        changed: `current` is another one, or None.
        dismissed: Photos are not to be suggested for a class again; the class and their digests.

    Args:
        session: Runs the jobs.
        log: Shows what was decided.
        parent: The owner.

    Attributes:
        current: The suggestion; None where there is none.
    """

    changed = Signal()
    dismissed = Signal(object, object)

    def __init__(self, session: Session, log: DecisionLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._log = log
        self.current: Suggestion | None = None
        self._class_name = ""
        self._decided: Rows = np.empty(0, np.intp)
        self._dismissed: dict[str, Digests] = {}
        self._job: Job | None = None
        # Of these columns, when they had so many photos.
        self._photos: BoardColumns | None = None
        self._size = 0
        self._limit: float | None = None

    def look_for(self, rows: Rows, class_name: str | None) -> None:
        """Look for the look-alikes of photos that were just decided about, and of those just before of that class."""
        photos = self._log.photos
        before = self._decided if class_name == self._class_name and photos is self._photos else rows[:0]
        self.forget()
        if class_name is None or not len(rows) or not photos.looks.shape[1]:
            return
        self._class_name, self._decided = class_name, np.concatenate([before, rows])
        if photos is not self._photos or len(photos) > _GROWTH * self._size:
            self._photos, self._size, self._limit = photos, 0, None
        self._begin(photos, class_name, self._decided)

    def forget(self) -> None:
        """Suggest nothing: something else was done."""
        if self._job is not None:
            self._job.stop()
            self._job = None
        self._class_name, self._decided = "", self._decided[:0]
        self._show(None)

    def dismiss(self) -> None:
        """Do not suggest these photos for this class again."""
        shown = self.current
        if shown is not None:
            digests = self._log.photos.digests(shown.rows)
            self.add_dismissed(shown.class_name, digests)
            self._show(None)
            self.dismissed.emit(shown.class_name, digests)

    def add_dismissed(self, class_name: str, digests: Digests) -> None:
        """Suggest photos, given by their digests, no more for a class."""
        known = self._dismissed.get(class_name, digests[:0])
        self._dismissed[class_name] = np.concatenate([known, digests])

    def forget_dismissed(self) -> None:
        """Suggest all photos again: they belong to another collection."""
        self._dismissed.clear()

    def _begin(self, photos: BoardColumns, class_name: str, decided: Rows) -> None:
        board, group = board_looks(photos), photos.class_index(class_name)
        known_limit, size = (self._limit, self._size) if self._size else (None, len(photos))
        is_measured = bool(self._size)
        dismissed = self._dismissed.get(class_name)

        def find(context: JobContext) -> _Found:
            limit = known_limit if is_measured else usual_likeness(board)
            context.checkpoint()
            rows = decided[:0]
            if limit is not None:
                rows = alike_rows(board, decided, group, photos.probabilities_of(group, len(board.groups)), limit)
            if dismissed is not None:
                rows = rows[places_in(photos.digests(rows), dismissed) < 0]
            return _Found(photos, Suggestion(class_name, rows, len(decided)), size, limit)

        self._job = self._session.begin_in_background(SuggestionRequest(), find, self._on_found)

    @Slot(object)
    def _on_found(self, found: object) -> None:
        assert isinstance(found, _Found)
        if found.photos is not self._log.photos or self.sender() is not self._job:
            return
        self._job = None
        self._size, self._limit = found.size, found.limit
        self._show(found.suggestion if len(found.suggestion.rows) else None)

    def _show(self, suggestion: Suggestion | None) -> None:
        if suggestion is not None or self.current is not None:
            self.current = suggestion
            self.changed.emit()
