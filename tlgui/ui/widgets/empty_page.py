"""What pages have in common: a heading, secondary text, and the content of a page that has nothing to show."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.colours import quiet_text
from tlgui.ui.widgets.plain_text import PlainLabel

_HEADING_SCALE = 1.5
_TEXT_WIDTH_IN_LETTERS = 62


class _Heading(PlainLabel):
    """A bold label in a multiple of the window's font size."""

    def __init__(self, text: str, scale: float) -> None:
        super().__init__(text)
        self._scale = scale
        self.setWordWrap(True)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        font.setBold(True)
        self.setFont(font)


class QuietLabel(PlainLabel):
    """A label in the colour of secondary text; follows light and dark."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self._is_painting = False
        self._soften()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and not self._is_painting:
            self._soften()

    def _soften(self) -> None:
        parent = self.parentWidget()
        palette = QPalette(parent.palette() if parent is not None else self.palette())
        soft = quiet_text(palette)
        # The disabled group keeps the colour of the platform.
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.WindowText, soft)
        self._is_painting = True
        self.setPalette(palette)
        self._is_painting = False


def page_heading(text: str) -> PlainLabel:
    """Return a label for the heading of a page."""
    return _Heading(text, _HEADING_SCALE)


class EmptyPage(QWidget):
    """The content of a page that has nothing to show: what the page is for, and what to do next.

    Args:
        title: One short line.
        text: What to do, in a few sentences; line breaks are kept.
        buttons: The actions offered; the first one is drawn larger.
        parent: The owner.
    """

    def __init__(
        self, title: str, text: str, buttons: Sequence[QAbstractButton] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.heading = page_heading(title)
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = PlainLabel(text)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        width = self.fontMetrics().averageCharWidth() * _TEXT_WIDTH_IN_LETTERS
        self._column = QVBoxLayout()
        self._column.setSpacing(self.fontMetrics().height())
        self._column.addStretch(2)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.text)
        if buttons:
            self._column.addLayout(self._button_row(buttons))
        self._column.addStretch(3)
        holder = QWidget()
        holder.setLayout(self._column)
        holder.setMaximumWidth(width)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(holder, 100)
        row.addStretch(1)

    def add_widget(self, widget: QWidget) -> None:
        """Add `widget` below the buttons."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def _button_row(self, buttons: Sequence[QAbstractButton]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for index, button in enumerate(buttons):
            if index == 0:
                font = button.font()
                font.setPointSizeF(font.pointSizeF() * 1.2)
                button.setFont(font)
            metrics = button.fontMetrics()
            button.setMinimumSize(button.sizeHint().width() + 2 * metrics.averageCharWidth(), metrics.height() * 2)
            row.addWidget(button)
        row.addStretch(1)
        return row
