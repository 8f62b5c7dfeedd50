"""Whether more photos would help: a sentence, and a small curve of how often it is right by how many photos it had."""

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.learning.learning_curve import LearningCurve
from tlgui.text.learning_curve import more_photos_in_words
from tlgui.text.numbers import count, percent
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken, set_spoken_details
from tlgui.ui.widgets.tokens import GRID, Accent, colour, hairline, quiet_text

_LEAST_LETTERS = 30
_MOST_LETTERS = 70
_LINES = 7
_DOT = 4.0
# The lowest share at the foot of the curve; of a narrower range, chance would look like a slope.
_LEAST_RANGE = 0.2
_KEY = "How often it was right on photos it had never seen, after learning from so many photos."


class MorePhotosCard(Card):
    """The card.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Would more photos help?", parent)
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.curve = SmallCurve()
        self.key = QuietLabel(_KEY)
        for widget in (self.sentence, self.curve, self.key):
            self.column.addWidget(widget)

    def show_curve(self, curve: LearningCurve | None) -> None:
        """Show a learning curve; None hides the card."""
        self.setVisible(curve is not None)
        if curve is not None:
            self.sentence.setText(more_photos_in_words(curve))
            self.curve.show_curve(curve)


class SmallCurve(QWidget):
    """The curve: a point for each number of photos, with the share that is right above it and the number below.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: tuple[int, ...] = ()
        self._shares: tuple[float, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_curve(self, curve: LearningCurve) -> None:
        """Show `curve`."""
        self._counts = curve.training_counts
        self._shares = tuple(right / max(curve.photo_count, 1) for right in curve.right_counts)
        set_spoken(self, _KEY)
        said = (f"{count('photo', number)}: {percent(share)}" for number, share in self._points())
        set_spoken_details(self, ", ".join(said))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _MOST_LETTERS, metrics.height() * _LINES)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS, self.sizeHint().height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shares:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, line = self._area(), self.fontMetrics().height()
        painter.setPen(hairline(self.palette()))
        painter.drawLine(self.rect().left(), area.bottom() + GRID, area.right() + area.left(), area.bottom() + GRID)
        points = self._places(area)
        accent = colour(Accent.TRAINING, self.palette())
        painter.setPen(QPen(accent, 2))
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(accent)
        for point, (number, share) in zip(points, self._points(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawEllipse(point, _DOT, _DOT)
            label = QRect(round(point.x()) - self.width() // 2, 0, self.width(), line)
            painter.setPen(self.palette().windowText().color())
            label.moveBottom(round(point.y() - 2 * _DOT))
            painter.drawText(label, Qt.AlignmentFlag.AlignHCenter, percent(share))
            painter.setPen(quiet_text(self.palette()))
            label.moveTop(area.bottom() + GRID + GRID // 2)
            painter.drawText(label, Qt.AlignmentFlag.AlignHCenter, count("photo", number))
        painter.end()

    def _points(self) -> list[tuple[int, float]]:
        return list(zip(self._counts, self._shares, strict=True))

    def _area(self) -> QRect:
        """Return where the points lie: labels of the first and the last one have room beside them."""
        metrics = self.fontMetrics()
        side = metrics.averageCharWidth() * 7
        width = min(self.width(), metrics.averageCharWidth() * _MOST_LETTERS)
        top, bottom = round(metrics.height() * 1.5), metrics.height() + 2 * GRID
        return QRect(side, top, max(1, width - 2 * side), max(1, self.height() - top - bottom))

    def _places(self, area: QRect) -> list[QPointF]:
        low, high = min(self._shares), max(self._shares)
        low = max(0.0, min(low, high - _LEAST_RANGE))
        most = max(self._counts)
        first = min(self._counts)
        return [
            QPointF(
                area.left() + area.width() * (number - first) / max(1, most - first),
                area.bottom() - area.height() * (share - low) / max(high - low, 1e-9),
            )
            for number, share in self._points()
        ]
