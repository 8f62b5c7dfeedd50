"""A field to search with: it tells of a change after a pause in typing, or at once with Return; Escape clears it."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from tlgui.ui.widgets.plain_text import set_spoken

# Searching 100,000 names waits for a pause in typing.
_TYPING_MS = 100


class SearchField(QLineEdit):
    """The field.

    Signals:
        searched: Another text is to be searched for.

    Args:
        placeholder: What it shows while it is empty.
        spoken: Its name for screen readers.
        letters: Its preferred width, which does not depend on its button for clearing.
        parent: The owner.
    """

    searched = Signal()

    def __init__(self, placeholder: str, spoken: str, letters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters = letters
        self.setPlaceholderText(placeholder)
        set_spoken(self, spoken)
        self.setClearButtonEnabled(True)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.searched)
        self.textChanged.connect(self._typing.start)
        self.returnPressed.connect(self._on_return_pressed)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.setContext(Qt.ShortcutContext.WidgetShortcut)
        escape.activated.connect(self.clear)

    def clear_quietly(self) -> None:
        """Clear it without telling of it."""
        # Its signals are not held back: by them it hides the button for clearing.
        self.clear()
        self._typing.stop()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * self._letters, super().sizeHint().height())

    @Slot()
    def _on_return_pressed(self) -> None:
        self._typing.stop()
        self.searched.emit()
