"""A label whose text wraps, or is elided to one line where that is all the room there is."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from typing_extensions import override

from tlgui.ui.widgets.plain_text import PlainLabel

_FEWEST_LETTERS = 12


class FittingLabel(PlainLabel):
    """Shows text without markup.

    Args:
        is_elided: Whether the text is one line that is elided, at first.
    """

    def __init__(self, *, is_elided: bool = False) -> None:
        super().__init__()
        self._is_elided = is_elided
        self.set_elided(is_elided=is_elided)

    def set_elided(self, *, is_elided: bool) -> None:
        """Choose between one line and several."""
        self._is_elided = is_elided
        self.setWordWrap(not is_elided)
        self.updateGeometry()

    @override
    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        least = self.fontMetrics().averageCharWidth() * _FEWEST_LETTERS
        return QSize(min(least, hint.width()), hint.height()) if self._is_elided else hint

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._is_elided or self.sizeHint().width() <= self.width():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)
        painter.end()
