"""Columns that stand beside each other where the width suffices, and else one below the other."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.tokens import GRID, MARGIN


class Columns(QWidget):
    """Shows each sequence of widgets as a column; all columns have the same width.

    Args:
        columns: The widgets of each column, from top to bottom.
        letters: The least width of a column beside others, in average letters.
        parent: The owner.
    """

    def __init__(self, columns: Sequence[Sequence[QWidget]], letters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._letters = letters
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(MARGIN)
        for widgets in columns:
            column = QVBoxLayout()
            column.setSpacing(GRID)
            for widget in widgets:
                column.addWidget(widget)
            if len(widgets) > 1:
                column.addStretch(1)
            self._row.addLayout(column, 1)

    @property
    def is_wide(self) -> bool:
        """Whether the columns stand beside each other."""
        return self._row.direction() is QBoxLayout.Direction.LeftToRight

    @override
    def minimumSizeHint(self) -> QSize:
        # That of the columns one below the other, so that a narrower window can be asked for.
        items = [item for place in range(self._row.count()) if (item := self._row.itemAt(place)) is not None]
        width = max((item.minimumSize().width() for item in items), default=0)
        return QSize(width, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        number = self._row.count()
        needed = number * self._letters * self.fontMetrics().averageCharWidth() + (number - 1) * self._row.spacing()
        is_wide = self.width() >= needed
        if is_wide != self.is_wide:
            beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
            self._row.setDirection(beside if is_wide else below)
            self.updateGeometry()
