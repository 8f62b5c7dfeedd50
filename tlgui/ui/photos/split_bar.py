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
        width = metrics.horizontalAdvance("      ".join(self._words())) + 6 * metrics.height()
        return QSize(width, metrics.height() * 2 + metrics.height() // 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = self.fontMetrics().height()
        total = max(1, sum(self._counts.values()))
        left, x = 0.0, 0
        for (part, count), words in zip(self._counts.items(), self._words(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour(_ACCENTS[part], self.palette()))
            width = self.width() * count / total
            painter.drawRect(QRectF(left, 0, max(0.0, width - 1), line * 0.7))
            left += width
            dot = line // 2
            painter.drawRect(QRect(x, line + (line - dot) // 2 + 2, dot, dot))
            painter.setPen(self.palette().windowText().color())
            advance = self.fontMetrics().horizontalAdvance(words)
            painter.drawText(QRect(x + line, line + 2, advance + line, line), int(Qt.AlignmentFlag.AlignVCenter), words)
            x += advance + 2 * line + dot
        painter.end()

    def _words(self) -> list[str]:
        return [f"{part.value.capitalize()} {count:,}" for part, count in self._counts.items()]
