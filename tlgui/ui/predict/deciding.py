"""Deciding about the selected photos: with keys, one after the other or many at once."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

from tlgui.photos.names import one_line, plain_key
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.board.class_keys import class_keys, class_of_key, keys_of_classes
from tlgui.ui.board.columns import UNDECIDED, Rows
from tlgui.ui.board.decision_log import decidable
from tlgui.ui.predict.board_view import BoardView
from tlgui.ui.widgets.plain_text import without_key

UNDO_KEY = "U"
LOOK_KEY = "W"
# Room for a name, and for the title of the window.
_LETTERS = 40
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier)
_ACCEPTING = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_TAKING_OFF = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}


class Deciding(QObject):
    """Names the selected photos, and moves on to the next one.

    Signals:
        told: What was done, in a sentence.
        full_view_requested: The current photo is to be shown in full.

    Args:
        board: The photos, and what is decided about them.
        view: Shows them; what is selected there is decided about.
        parent: The owner.
    """

    told = Signal(str)
    full_view_requested = Signal()

    def __init__(self, board: Board, view: BoardView, parent: QWidget) -> None:
        super().__init__(parent)
        self._board = board
        self._view = view
        self._widget = parent
        self._keys: Mapping[str, str] = {}
        self._names: tuple[str, ...] = ()

    def can_decide(self) -> bool:
        """Return whether a photo is selected that can be named: one that could be read."""
        return self._view.has_selection and bool(len(decidable(self._board.photos, self._view.selected())))

    def can_undo(self) -> bool:
        """Return whether there is a decision to take back."""
        return bool(self._board.next_undo)

    @Slot()
    def accept(self) -> None:
        """Decide that the answers of the model are right, and move on; photos that are decided already are left out."""
        rows = self._view.selected()
        if len(rows):
            after = self._view.row_after(rows)
            if self.accept_photos(rows):
                self._move_on(after)

    @Slot(str)
    def decide(self, name: str) -> None:
        """Decide that the selected photos show a class, and move on."""
        rows = self._view.selected()
        if len(rows):
            after = self._view.row_after(rows)
            self.name_photos(rows, name)
            self._move_on(after)

    def accept_photos(self, rows: Rows) -> bool:
        """Decide that the answers of the model are right for photos, wherever they are shown.

        Of several photos those without an answer are left out, and told: a photo that is unlike anything is not to
        become what it would be if it had to be something.

        Returns:
            Whether one can go on to the next photo; not where none of several has an answer.
        """
        photos = self._board.photos
        best = np.where(photos.decided[rows] == UNDECIDED, photos.best[rows], UNDECIDED)
        has_no_answer = (best != UNDECIDED) & (photos.answers[rows] < 0)
        left = int(has_no_answer.sum()) if len(rows) > 1 else 0
        if left:
            best = np.where(has_no_answer, UNDECIDED, best)
        choices = {photos.names[index]: rows[best == index] for index in np.unique(best[best >= 0]).tolist()}
        if len(choices) == 1:
            ((name, chosen),) = choices.items()
            self.name_photos(chosen, name, _left_out(left))
        elif choices:
            number = int((best >= 0).sum())
            self._board.decide_each(choices, f"accept {count('answer', number)}")
            self.told.emit(f"{count('answer', number)} are accepted.{_left_out(left)} {UNDO_KEY} takes them back.")
        elif left:
            self.told.emit(_left_out(left).strip() + " The key of a class names them.")
            return False
        return True

    def name_photos(self, rows: Rows, name: str, further: str = "") -> None:
        """Decide that photos show a class, wherever they are shown; `further` is told with it.

        The board tells of those about which nothing can be decided.
        """
        number = len(decidable(self._board.photos, rows))
        words = f"name {'a photo' if number == 1 else count('photo', number)} “{one_line(name)}”"
        self._board.decide(rows, name, words)
        if not number:
            return
        what = "The photo is" if number == 1 else f"{count('photo', number)} are"
        self.told.emit(f"{what} named “{one_line(name)}”.{further} {UNDO_KEY} takes it back.")

    @Slot()
    def ask_class(self) -> None:
        """Ask for the name of a new class, and decide that the selected photos show it."""
        number = len(self._view.selected())
        if not number:
            return
        dialog = QInputDialog(self._widget.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("New class")
        these = "does this photo" if number == 1 else f"do these {count('photo', number)}"
        dialog.setLabelText(f"What {these} show?")
        # This makes the field.
        dialog.setInputMode(QInputDialog.InputMode.TextInput)
        field = dialog.findChild(QLineEdit)
        assert field is not None
        field.setAccessibleName("Name of the new class")
        field.setMinimumWidth(field.fontMetrics().averageCharWidth() * _LETTERS)
        dialog.textValueSelected.connect(self._on_dialog_text_selected)
        dialog.open()

    @Slot()
    def undo(self) -> None:
        """Take back the last decision, or put the photos back that were taken off the board last."""
        if self.can_undo():
            words = self._board.next_undo
            self._view.choose(self._board.undo())
            is_done = self._board.next_undo != words or not self._board.problem()
            self.told.emit(f"Taken back: {words}." if is_done else self._board.problem())

    def fill_menu(self, menu: QMenu) -> None:
        """Fill a menu with the classes, and one entry for a new class."""
        menu.clear()
        keys = keys_of_classes(self._board.photos.names)
        for name in self._board.photos.names:
            # What follows a tab stands where shortcuts do.
            action = menu.addAction("\t".join([without_key(name), " ".join(keys[name])]).rstrip("\t"))
            action.triggered.connect(lambda _checked=False, chosen=name: self.decide(chosen))
        menu.addSeparator()
        menu.addAction("&New class…").triggered.connect(self.ask_class)

    def press_in_grid(self, event: QKeyEvent) -> bool:
        """Do what a key in the grid stands for, and return whether it stands for anything."""
        key = Qt.Key(event.key())
        if event.modifiers() not in _PLAIN:
            return False
        if key in _ACCEPTING:
            self.accept()
        elif key == Qt.Key.Key_Space:
            self.full_view_requested.emit()
        elif key in _TAKING_OFF:
            self._view.take_off(self._view.selected())
        else:
            return self.press(event)
        return True

    def press(self, event: QKeyEvent) -> bool:
        """Do what a letter or a number stands for, wherever it is typed; return whether it stands for anything."""
        if event.modifiers() not in _PLAIN or not event.text():
            return False
        if event.text().upper() in {UNDO_KEY, LOOK_KEY}:
            self._command(event.text().upper())
            return True
        names = tuple(self._board.photos.names)
        if names != self._names:
            self._names, self._keys = names, class_keys(names)
        name = class_of_key(event.text(), self._keys)
        if name is None:
            return False
        if not event.isAutoRepeat():
            self.decide(name)
        return True

    def _command(self, letter: str) -> None:
        button = self._view.pane.explanation.button
        if letter == UNDO_KEY:
            self.undo()
        elif button.isVisible():
            button.click()

    def _move_on(self, row: int | None) -> None:
        if row is not None:
            self._view.choose(np.array([row], np.intp))

    @Slot(str)
    def _on_dialog_text_selected(self, text: str) -> None:
        name = " ".join(text.split())
        known = {plain_key(each): each for each in self._board.photos.names}
        if name:
            self.decide(known.get(plain_key(name), name))


def _left_out(number: int) -> str:
    """Return how many photos have no answer that could be accepted, as a sentence after another; empty for none."""
    if not number:
        return ""
    stays = "stays as it is" if number == 1 else "stay as they are"
    return f" {count('photo', number)} without an answer {stays}."
