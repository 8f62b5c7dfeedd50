"""How often a model is right when it says a percentage: one bar for each range of percentages, painted row by row."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.trust import Reliability, ReliabilityBin
from tlgui.text.accuracy import interval_ends
from tlgui.text.numbers import count
from tlgui.text.trust import FEW_PHOTOS, bin_title
from tlgui.ui.widgets.plain_text import set_spoken, set_spoken_details, show_tip
from tlgui.ui.widgets.tokens import FOCUS_WIDTH, GRID, SMALL_CORNER, Accent, colour, mixed, quiet_text, tokens_of

_LEAST_LETTERS = 26
_MARK_WIDTH = 3


class ReliabilityChart(QWidget):
    """The bars, the surest answers first; ranges without photos have none.

    A bar is as long as the share of right answers, a mark stands at the mean percentage that was said. A click, or
    Enter, asks for the photos of a bar; the arrow keys go from bar to bar.

    Signals:
        bin_pressed: The range whose photos are asked for.

    Args:
        parent: The owner.
    """

    bin_pressed = Signal(ReliabilityBin)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: tuple[ReliabilityBin, ...] = ()
        self._current = 0
        self._pointed = -1
        self._is_openable = False
        set_spoken(self, "How often it is right when it says a percentage")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bins(self) -> tuple[ReliabilityBin, ...]:
        """The ranges that have a bar, from top to bottom."""
        return self._bins

    def show_reliability(self, reliability: Reliability) -> None:
        """Show the bars of `reliability`."""
        self._bins = tuple(part for part in reversed(reliability.bins) if part.photo_count)
        self._current, self._pointed = 0, -1
        set_spoken_details(self, " ".join(_sentence(part) for part in self._bins))
        self.updateGeometry()
        self.update()

    def set_openable(self, *, is_openable: bool) -> None:
        """Let a bar ask for its photos, or not where they are not known."""
        self._is_openable = is_openable
        self._point_at(-1)

    def row_at(self, position: QPoint) -> int:
        """Return the place of the bar at a position; -1 where there is none."""
        place = position.y() // self._row_height()
        return place if 0 <= place < len(self._bins) else -1

    def row_rect(self, place: int) -> QRect:
        """Return where the row of a bar lies."""
        return QRect(0, place * self._row_height(), self.width(), self._row_height())

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * 2 * _LEAST_LETTERS
        return QSize(width, len(self._bins) * self._row_height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS, self.sizeHint().height())

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.row_at(event.pos())
            show_tip(self, event.globalPos(), _sentence(self._bins[place]) if place >= 0 else "")
            return True
        return super().event(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_openable:
            self._point_at(self.row_at(event.position().toPoint()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place = self.row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self._current = place
            self.update()
            self._open(place)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._bins) - 1
        moves = {
            Qt.Key.Key_Up: max(0, self._current - 1),
            Qt.Key.Key_Down: min(last, self._current + 1),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if not self._bins:
            super().keyPressEvent(event)
        elif key in moves:
            self._current = moves[key]
            set_spoken(self, _sentence(self._bins[self._current]))
            self.update()
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self._open(self._current)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, part in enumerate(self._bins):
            self._paint_row(painter, self.row_rect(place), place, part)
        painter.end()

    def _paint_row(self, painter: QPainter, row: QRect, place: int, part: ReliabilityBin) -> None:
        colours, metrics = tokens_of(self.palette()), self.fontMetrics()
        if place == self._pointed:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(row, SMALL_CORNER, SMALL_CORNER)
        if place == self._current and self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(row.adjusted(1, 1, -1, -1), SMALL_CORNER, SMALL_CORNER)
        inner = row.adjusted(GRID // 2, GRID // 2, -GRID // 2, -GRID // 2)
        line = QRect(inner.topLeft(), QSize(inner.width(), metrics.height()))
        said, right = _texts(part, self._words_at(line.width()))
        painter.setPen(self.palette().windowText().color())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, said)
        painter.setPen(quiet_text(self.palette()))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        self._paint_bar(painter, QRect(inner.left(), line.bottom() + GRID // 2, inner.width(), _bar_height()), part)

    def _paint_bar(self, painter: QPainter, bar: QRect, part: ReliabilityBin) -> None:
        base, text = self.palette().base().color(), self.palette().text().color()
        accent = colour(Accent.TRAINING, self.palette())
        filled = QRectF(bar)
        filled.setWidth(bar.width() * part.right_count / part.photo_count)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(base, text, 0.1))
        painter.drawRoundedRect(bar, SMALL_CORNER, SMALL_CORNER)
        # Of few photos, the share may be far from the truth: its bar is an outline.
        is_sure = part.photo_count >= FEW_PHOTOS
        painter.setPen(Qt.PenStyle.NoPen if is_sure else QPen(accent, 1))
        painter.setBrush(accent if is_sure else mixed(base, accent, 0.2))
        painter.drawRoundedRect(filled, SMALL_CORNER, SMALL_CORNER)
        place = bar.left() + round((bar.width() - _MARK_WIDTH) * part.mean_probability)
        mark = QRect(place, bar.top() - 2, _MARK_WIDTH, bar.height() + 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(mark.adjusted(-1, 0, 1, 0), base)
        painter.fillRect(mark, text)

    def _words_at(self, room: int) -> int:
        """Return which of the texts of `_texts`, the longest first, has room in all rows."""
        metrics = self.fontMetrics()
        for words in (0, 1):
            if all(metrics.horizontalAdvance("  ".join(_texts(part, words))) <= room for part in self._bins):
                return words
        return 2

    def _row_height(self) -> int:
        return self.fontMetrics().height() + GRID // 2 + _bar_height() + GRID

    def _open(self, place: int) -> None:
        if self._is_openable:
            self.bin_pressed.emit(self._bins[place])

    def _point_at(self, place: int) -> None:
        if place != self._pointed:
            self._pointed = place
            self.setCursor(Qt.CursorShape.PointingHandCursor if place >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()


def _bar_height() -> int:
    return GRID + 2


def _texts(part: ReliabilityBin, words: int) -> tuple[str, str]:
    """Return what is written over a bar at its left and its right.

    Args:
        part: The range.
        words: 0 for many words, 1 for few, 2 for hardly any.
    """
    title, ratio = bin_title(part), f"{part.right_count:,} of {part.photo_count:,}"
    few = " (few photos)" if part.photo_count < FEW_PHOTOS else ""
    return (
        (f"When it says {title}", f"right for {ratio} photos{few}"),
        (f"It says {title}", f"{ratio} right{few}"),
        (title, f"{ratio}{' (few)' if few else ''}"),
    )[words]


def _sentence(part: ReliabilityBin) -> str:
    low, high = interval_ends(wilson_interval(part.right_count, part.photo_count))
    few = "; these are few photos" if part.photo_count < FEW_PHOTOS else ""
    photos = count("photo", part.photo_count)
    return f"When it says {bin_title(part)}: {part.right_count:,} of {photos} right (between {low} and {high} %{few})."
