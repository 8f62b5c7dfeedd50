"""What pages have in common: a heading, a quiet second line, and what an empty page says to do next."""

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
    """A label whose letters are larger than the window's, whatever those are."""

    def __init__(self, text: str, scale: float) -> None:
        super().__init__(text)
        self._scale = scale
        self.setWordWrap(True)
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * scale)
        font.setBold(True)
        self.setFont(font)


class QuietLabel(PlainLabel):
    """A label in the softer colour of second lines; follows light and dark."""

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
        # What cannot be used now is softer still, as the platform has it.
        for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
            palette.setColor(group, QPalette.ColorRole.WindowText, soft)
        self._is_painting = True
        self.setPalette(palette)
        self._is_painting = False


def page_heading(text: str) -> PlainLabel:
    """Return the heading of a page; set its text to change it."""
    return _Heading(text, _HEADING_SCALE)


class EmptyPage(QWidget):
    """What a page shows while it has nothing: what it is for, and what to do next.

    Args:
        title: One short line.
        text: What to do, in a few sentences; line breaks are kept.
        buttons: What can be done from here, the likeliest first; it becomes the large one.
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
        """Put `widget` under the buttons."""
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
