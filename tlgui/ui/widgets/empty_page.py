"""What pages have in common: a heading, secondary text, and the content of a page that has nothing to show."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.plain_text import PlainLabel
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.tokens import GRID, WIDE_MARGIN, Type, quiet_text, type_scale

_TEXT_WIDTH_IN_LETTERS = 62


class Heading(PlainLabel):
    """A bold label in a size of the tokens; follows the font of what it stands in.

    Qt tells a label whose font has a size of its own nothing of a new font of the desktop: the window calls `fit_font`.
    """

    def __init__(self, text: str, size: Type) -> None:
        super().__init__(text)
        self._scale = type_scale(size)
        self.setWordWrap(True)
        self.fit_font()

    @override
    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in {QEvent.Type.ParentChange, QEvent.Type.FontChange}:
            self.fit_font()
        return handled

    def fit_font(self) -> None:
        """Take the font of what it stands in, larger and bold."""
        parent = self.parentWidget()
        font = QFont(parent.font() if parent is not None else QApplication.font())
        font.setPointSizeF(font.pointSizeF() * self._scale)
        font.setBold(True)
        if font != self.font():
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
    return Heading(text, Type.HEADING)


def card_heading(text: str) -> PlainLabel:
    """Return a label for the heading of a card, or of a part of a page."""
    return Heading(text, Type.CARD)


class EmptyPage(QWidget):
    """The content of a page that has nothing to show: what the page is for, and what to do next.

    Args:
        title: One short line.
        text: What to do, in a few sentences; line breaks are kept.
        buttons: The actions offered; the first one is filled.
        parent: The owner.
        letters: The largest width of the content, in letters.
    """

    def __init__(
        self,
        title: str,
        text: str,
        buttons: Sequence[QAbstractButton] = (),
        parent: QWidget | None = None,
        *,
        letters: int = _TEXT_WIDTH_IN_LETTERS,
    ) -> None:
        super().__init__(parent)
        self.heading = page_heading(title)
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = PlainLabel(text)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column = QVBoxLayout()
        self._column.setSpacing(WIDE_MARGIN)
        self._column.addStretch(2)
        self._column.addWidget(self.heading)
        self._column.addWidget(self.text)
        if buttons:
            self._column.addLayout(self._button_row(buttons))
        self._column.addStretch(3)
        holder = QWidget()
        holder.setLayout(self._column)
        holder.setMaximumWidth(self.fontMetrics().averageCharWidth() * letters)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(holder, 100)
        row.addStretch(1)

    def add_widget(self, widget: QWidget) -> None:
        """Add `widget` below the buttons."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def _button_row(self, buttons: Sequence[QAbstractButton]) -> QHBoxLayout:
        make_primary(buttons[0])
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        return row
