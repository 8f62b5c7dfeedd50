"""The classes beside the full view, with the keys 1 to 9 that move the photo there."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from tlgui.photos.names import one_line
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken, set_tip, without_key
from tlgui.ui.widgets.tokens import GRID

MOST_KEYS = 9
"""The number of classes that have a key."""

_NAME_LETTERS = 18


class ClassKeys(QWidget):
    """A button for each class, with its key.

    Signals:
        class_chosen: The class that the photo is to be moved to.

    Args:
        parent: The owner.
    """

    class_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self.buttons: list[QPushButton] = []
        self._title = QuietLabel("Move to a class with its key:")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self._title)
        self._column = QVBoxLayout()
        self._column.setSpacing(GRID // 2)
        column.addLayout(self._column)
        column.addStretch(1)
        self.setFixedWidth(self.fontMetrics().averageCharWidth() * (_NAME_LETTERS + 10))

    def show_classes(self, names: Sequence[str]) -> None:
        """Show the first classes of `names`; none hides the list."""
        shown = tuple(names[:MOST_KEYS])
        self.setVisible(bool(shown))
        if shown == self._names:
            return
        self._names = shown
        for button in self.buttons:
            self._column.removeWidget(button)
            button.deleteLater()
        self.buttons = [self._button(number, name) for number, name in enumerate(shown, start=1)]
        for button in self.buttons:
            self._column.addWidget(button)

    def show_photo(self, class_name: str, *, can_move: bool) -> None:
        """Mark the class of the photo that is shown.

        Args:
            class_name: Its class.
            can_move: Whether it can be moved now.
        """
        for name, button in zip(self._names, self.buttons, strict=True):
            button.setChecked(name == class_name)
            button.setEnabled(can_move)

    def press(self, number: int) -> None:
        """Choose the class of a key, from 1; nothing where no class has it, or where it cannot be chosen now."""
        if number <= len(self.buttons) and self.buttons[number - 1].isEnabled():
            self.class_chosen.emit(self._names[number - 1])

    def _button(self, number: int, name: str) -> QPushButton:
        width = self.fontMetrics().averageCharWidth() * _NAME_LETTERS
        shown = self.fontMetrics().elidedText(one_line(name), Qt.TextElideMode.ElideMiddle, width)
        button = QPushButton(f"{number}   {without_key(shown)}")
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(button, f"Move this photo to “{name}” (key {number})")
        set_spoken(button, f"{number}: move to {name}")
        # Qt would toggle it; `show_photo` marks the class once the photo is there.
        button.clicked.connect(lambda: button.setChecked(not button.isChecked()))
        button.clicked.connect(lambda: self.class_chosen.emit(name))
        return button
