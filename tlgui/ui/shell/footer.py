"""The strip below the page for messages and progress; it keeps its height, so that the page does not move."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

# In lines of text: a message of two lines, with its margins.
_RESERVED_LINES = 3.5
# Of the height of the window; in a small window with large text, the page needs the room more.
_LARGEST_SHARE = 0.1


class Footer(QWidget):
    """Reserves the height of a bar with two lines, in a window that is high enough for that.

    Args:
        bars: The bars, from top to bottom; each is hidden while it has nothing to show.
    """

    def __init__(self, *bars: QWidget) -> None:
        super().__init__()
        self._window_height = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addStretch()
        for bar in bars:
            column.addWidget(bar)

    def fit(self, window_height: int) -> None:
        """Reserve the height for a window of `window_height` pixels."""
        self._window_height = window_height
        reserved = round(self.fontMetrics().height() * _RESERVED_LINES)
        self.setMinimumHeight(reserved if reserved <= window_height * _LARGEST_SHARE else 0)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit(self._window_height)
