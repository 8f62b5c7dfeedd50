"""Undo on the Predict page: decisions about photos and sorts in one order, the newest first."""

from collections.abc import Callable

from tlgui.ui.board.board import Board
from tlgui.ui.board.sorting import Sorting
from tlgui.ui.session.session import Session
from tlgui.ui.shell.sort_commands import SortCommands
from tlgui.ui.widgets.plain_text import without_key


class PredictUndo:
    """Says what Undo takes back, and does it.

    Args:
        session: The state of the window.
        board: Has the decisions.
        sorting: Has the sorts.
        commands: Takes a sort back.
        undo_decision: Takes the last decision back, says so, and shows the photos that it was about.
    """

    def __init__(
        self,
        session: Session,
        board: Board,
        sorting: Sorting,
        commands: SortCommands,
        undo_decision: Callable[[], None],
    ) -> None:
        self._session = session
        self._board = board
        self._sorting = sorting
        self._commands = commands
        self._undo_decision = undo_decision

    def can_undo(self) -> bool:
        """Return whether there is something to take back; a sort only while no job is under way."""
        if self._is_decision_next():
            return True
        return self._sorting.last is not None and not self._session.is_busy

    def text(self) -> str:
        """Return the menu text, with what would be taken back."""
        if self._is_decision_next():
            return f"&Undo: {without_key(self._board.next_undo)}"
        past = self._sorting.last
        return "&Undo" if past is None else f"&Undo: {without_key(past.words)}"

    def undo(self) -> None:
        """Take back the last decision, or the last sort."""
        if self._is_decision_next():
            self._undo_decision()
        else:
            self._commands.undo()

    def _is_decision_next(self) -> bool:
        if not self._board.next_undo:
            return False
        return self._sorting.last is None or self._board.next_undo_at > self._sorting.last_at
