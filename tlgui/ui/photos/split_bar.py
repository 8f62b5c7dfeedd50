"""The bar that shows the split: the shares of training, validation and test photos."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.photos.collection import Part, Split
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tokens import Accent, colour

_ACCENTS = {Part.TRAINING: Accent.TRAINING, Part.VALIDATION: Accent.VALIDATION, Part.TEST: Accent.TEST}


class SplitBar(QWidget):
    """Shares as lengths, with their names and counts below.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[Part, int] = {}
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # What stands below it must not move while the split is being computed.
        policy.setRetainSizeWhenHidden(True)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_split(self, split: Split | None) -> None:
        """Show `split`; None hides the bar."""
        self._counts = {part: len(split.part(part)) for part in Part} if split is not None else {}
        set_spoken(self, "Split: " + ", ".join(self._words()))
        self.setVisible(bool(self._counts))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = sum(self._needed(words) + metrics.height() // 2 for words in self._words())
        return QSize(width, metrics.height() * 2 + metrics.height() // 2)

    @override
    def minimumSizeHint(self) -> QSize:
        longest = max((self._needed(words) for words in self._words()), default=0)
        return QSize(longest, self.sizeHint().height())

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        line = self.fontMetrics().height()
        return line * (1 + self._lines(width)) + line // 2

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        total = max(1, sum(self._counts.values()))
        left, x, y = 0.0, 0, line + 2
        for (part, count), words in zip(self._counts.items(), self._words(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(_ACCENTS[part], self.palette()))
            width = self.width() * count / total
            painter.drawRect(QRectF(left, 0, max(0.0, width - 1), line * 0.7))
            left += width
            dot, needed = line // 2, self._needed(words)
            if x and x + needed > self.width():
                x, y = 0, y + line
            painter.drawRect(QRect(x, y + (line - dot) // 2, dot, dot))
            painter.setPen(self.palette().windowText().color())
            painter.drawText(QRect(x + line, y, needed, line), int(Qt.AlignmentFlag.AlignVCenter), words)
            x += needed + line // 2
        painter.end()

    def _needed(self, words: str) -> int:
        """Return the width of the name and the count of a part, with its mark."""
        return self.fontMetrics().horizontalAdvance(words) + 2 * self.fontMetrics().height()

    def _lines(self, width: int) -> int:
        """Return how many lines the names take."""
        lines, x = 1, 0
        for needed in map(self._needed, self._words()):
            if x and x + needed > width:
                lines, x = lines + 1, 0
            x += needed + self.fontMetrics().height() // 2
        return lines

    def _words(self) -> list[str]:
        return [f"{part.value.capitalize()} {count:,}" for part, count in self._counts.items()]
