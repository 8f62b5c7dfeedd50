"""The strip below the page for messages and progress; it keeps its height, so that the page does not move."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.tokens import CONTROL_HEIGHT, GRID, LINE_WIDTH


class Footer(QWidget):
    """Has the height of a message that passes, or of a job's progress; only a problem that is longer may need more.

    Args:
        bars: The bars, from top to bottom; each is hidden while it has nothing to show.
    """

    def __init__(self, *bars: QWidget) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addStretch()
        for bar in bars:
            column.addWidget(bar)
        self._reserve()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._reserve()

    def _reserve(self) -> None:
        self.setMinimumHeight(max(CONTROL_HEIGHT, self.fontMetrics().height() + GRID + 2 * LINE_WIDTH) + 2 * GRID)
