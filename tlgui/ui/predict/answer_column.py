"""What is said of the chosen photos, beside or below them: the answer, the classes, and what the percentage means."""

from collections import Counter

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.text.numbers import count
from tlgui.text.trust import sureness_in_words
from tlgui.ui.board.answer_words import (
    accepting_in_words,
    answer_in_words,
    answers_in_words,
    earlier_in_words,
    further_words,
)
from tlgui.ui.board.board import Board
from tlgui.ui.board.class_keys import class_keys, class_of_key, keys_of_classes
from tlgui.ui.board.columns import UNREADABLE, BoardPhoto, Rows
from tlgui.ui.predict.class_list import ClassList, lines_of_photo, lines_of_photos
from tlgui.ui.widgets.empty_page import QuietLabel, card_heading
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, without_key
from tlgui.ui.widgets.tokens import GRID

_COMMAND_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_BUTTON_LETTERS = 30
_ONE = "Which class is it? Click it, or press its key."
_SEVERAL = "Name all of them: click a class, or press its key."


class AnswerColumn(QWidget):
    """Shows what the board says of photos.

    Signals:
        class_chosen: The person says that the photos show a class.

    Attributes:
        answer: The answer in words.
        further: What stands below it.
        meaning: What the percentage means.
        classes: The classes to choose from.

    Args:
        board: The photos.
        parent: The owner.
    """

    class_chosen = Signal(str)

    def __init__(self, board: Board, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._shown: Rows = np.empty(0, np.intp)
        self._names: tuple[str, ...] = ()
        self._keys: dict[str, str] = {}
        self._keys_of: dict[str, tuple[str, ...]] = {}
        self._is_low = False
        self._can_decide = True
        self.answer = card_heading("")
        self.further = PlainLabel()
        self.further.setWordWrap(True)
        self.question = QuietLabel(_ONE)
        self.classes = ClassList()
        self.meaning = QuietLabel()
        self.classes.class_chosen.connect(self.class_chosen)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for widget in (self.answer, self.further, self.question, self.classes, self.meaning):
            column.addWidget(widget)

    def add_below_answer(self, *widgets: QWidget) -> None:
        """Add widgets between the answer and the classes, where they are seen however many classes there are."""
        for widget in widgets:
            self._column.insertWidget(self._column.indexOf(self.question), widget)

    def set_low(self, *, is_low: bool) -> None:
        """Leave out what the classes say by themselves, where they would not be seen otherwise; or show it again."""
        self._is_low = is_low
        self.question.setVisible(self._can_decide and not is_low)

    def show_rows(self, rows: Rows) -> None:
        """Show photos of the board, at least one."""
        is_other = not np.array_equal(rows, self._shown)
        self._shown = rows.copy()
        self._learn_keys()
        can_decide = bool((self._board.photos.groups[rows] != UNREADABLE).any())
        self._can_decide = can_decide
        self.question.setVisible(can_decide and not self._is_low)
        self.classes.setVisible(can_decide)
        if len(rows) == 1:
            self._show_one(int(rows[0]), is_other=is_other)
        else:
            self._show_several(rows, is_other=is_other)

    def press(self, typed: str) -> bool:
        """Choose the class of a typed key, and return whether one has it."""
        name = None if self.classes.isHidden() else class_of_key(typed, self._keys)
        if name is not None:
            self.class_chosen.emit(name)
        return name is not None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not has_command_keys(event) and self.press(event.text()):
            return
        super().keyPressEvent(event)

    def _learn_keys(self) -> None:
        names = tuple(self._board.photos.names)
        if names != self._names:
            self._names, self._keys, self._keys_of = names, class_keys(names), keys_of_classes(names)

    def _show_one(self, row: int, *, is_other: bool) -> None:
        photo, model = self._board.photos.photo(row), self._board.model
        self.answer.setText(answer_in_words(photo))
        changes = self._board.answer_changes
        earlier = changes.earlier_answer(row) if changes is not None else None
        self.further.setText("\n".join(filter(None, (further_words(photo), earlier_in_words(earlier)))))
        self.question.setText(_ONE)
        self.classes.show_lines(lines_of_photo(photo, self._names, self._keys_of), is_other=is_other)
        is_told = photo.certainty is not None and model is not None
        self.meaning.setVisible(is_told)
        if photo.certainty is not None and model is not None:
            self.meaning.setText(sureness_in_words(photo.certainty, model.trust))

    def _show_several(self, rows: Rows, *, is_other: bool) -> None:
        found, counts = np.unique(self._board.photos.groups[rows], return_counts=True)
        numbers = dict(zip(found.tolist(), counts.tolist(), strict=True))
        answers = Counter({self._names[group]: number for group, number in numbers.items() if group >= 0})
        self.answer.setText(count("photo", len(rows)))
        self.further.setText(answers_in_words(answers, len(rows) - answers.total()))
        self.question.setText(_SEVERAL)
        lines = lines_of_photos(answers, len(rows), self._names, self._keys_of)
        self.classes.show_lines(lines, is_other=is_other)
        self.meaning.setVisible(False)


def show_accepting(button: QPushButton, photo: BoardPhoto) -> None:
    """Let a button say what accepting the model's best class means, and hide it where that cannot be done."""
    words = accepting_in_words(photo)
    width = button.fontMetrics().averageCharWidth() * _BUTTON_LETTERS
    shown = button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, width)
    button.setText(f"&{without_key(shown)}")
    set_spoken(button, words)
    button.setVisible(bool(words))


def has_command_keys(event: QKeyEvent) -> bool:
    """Return whether a key is pressed together with one that makes it a command, such as Ctrl."""
    return bool(event.modifiers() & _COMMAND_KEYS)
