"""What becomes of corrections: they are added to the collection, and it is said what another model makes of them."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.notice_bar import NoticeBar


class CorrectionActions(QObject):
    """The action, its button, and the notice.

    Attributes:
        add: Adds the corrected photos to the collection.
        add_button: Shows it; hidden while there are none.
        notice: Says what changed when the photos were named by another model.

    Signals:
        refused: Why no photo can be added now, as a sentence.

    Args:
        board: The photos.
        view: Shows them.
        parent: The owner.
    """

    refused = Signal(str)

    def __init__(self, board: Board, view: BoardView, parent: QWidget) -> None:
        super().__init__(parent)
        self._board = board
        self._view = view
        self._number = 0
        self.add = Action(
            parent,
            name="add-corrections",
            text="Add corrected photos to the collectio&n",
            tip="Copy the photos that you named otherwise than the model to their classes, so that it learns from them",
            handler=self._add,
            enabled=lambda: self._number > 0,
            current_text=self._text,
        )
        self.add_button = ActionButton(self.add)
        self.notice = NoticeBar()
        self.notice.pressed.connect(self._on_notice_pressed)
        board.state_changed.connect(self._count)
        board.changed.connect(self._count)
        board.answers_compared.connect(self._on_board_answers_compared)
        board.emptied.connect(self._on_board_emptied)
        self._count()

    def _text(self) -> str:
        what = count("corrected photo", self._number) if self._number else "corrected photos"
        return f"Add {what} to the collectio&n"

    def _add(self) -> None:
        if self._board.add_corrections() is None:
            self.refused.emit(self._board.why_not_add())

    @Slot()
    def _count(self) -> None:
        # Looked at once for each change, because 100,000 photos may be on the board.
        self._number = len(self._board.corrections_to_add())
        self.add.refresh()
        self.add_button.setVisible(self._number > 0)

    @Slot()
    def _on_board_answers_compared(self) -> None:
        changes = self._board.answer_changes
        if changes is not None:
            self.notice.say(changes.sentence(), "Show them" if len(changes.rows) else "")

    @Slot()
    def _on_board_emptied(self) -> None:
        if self._board.answer_changes is None:
            self.notice.say("")

    @Slot()
    def _on_notice_pressed(self) -> None:
        self.notice.say("")
        self._view.show_only(self._board.changed_rows())
