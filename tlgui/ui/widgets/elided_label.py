"""One line of text, such as a path, that is elided in its middle to fit; the tooltip shows all of it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import quiet_text

_LEAST_LETTERS = 12


class ElidedLabel(QWidget):
    """A line of text.

    Args:
        parent: The owner.
        is_quiet: Whether it is secondary text; True by default.
    """

    def __init__(self, parent: QWidget | None = None, *, is_quiet: bool = True) -> None:
        super().__init__(parent)
        self._text = ""
        self._is_quiet = is_quiet
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """Return the whole text."""
        return self._text

    def set_text(self, text: str) -> None:
        """Show `text`."""
        if one_line(text) == self._text:
            return
        self._text = one_line(text)
        set_tip(self, self._text)
        set_spoken(self, self._text)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._text) + 1, self.fontMetrics().height())

    @override
    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().averageCharWidth() * _LEAST_LETTERS
        return QSize(min(least, self.sizeHint().width()), self.fontMetrics().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(quiet_text(self.palette()) if self._is_quiet else self.palette().windowText().color())
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.end()
