"""The legend outside the axes: a sample of each line with its name, in as many rows as needed.

Qt draws the names, because it substitutes fonts for scripts that matplotlib's font lacks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.ui.plots.curve_request import LineStyle, line_style
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tokens import series

_NAME_LETTERS = 28
_SAMPLE_LETTERS = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """One name and its place."""

    name: str
    place: QRect


def compared_line(place: int, palette: QPalette) -> LineStyle:
    """Return the style of the line at `place` among compared runs."""
    return line_style(place, series(palette))


class CurveLegend(QWidget):
    """The legend.

    Args:
        style: Returns the style of the line at a place, counted from 0, on the background of a palette.
        parent: The owner.
    """

    def __init__(
        self, style: Callable[[int, QPalette], LineStyle] = compared_line, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._style = style
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_names(self, names: Sequence[str]) -> None:
        """Show `names`, in the order of the lines."""
        self._names = tuple(map(one_line, names))
        set_spoken(self, f"Lines of the plots: {', '.join(self._names)}")
        self.updateGeometry()
        self.update()

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        entries = self._entries(width)
        return entries[-1].place.bottom() + 1 if entries else 0

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * 80
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 20, self.heightForWidth(max(self.width(), 1)))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        sample = metrics.averageCharWidth() * _SAMPLE_LETTERS
        for place, entry in enumerate(self._entries(self.width())):
            area = QRect(entry.place.topLeft(), QSize(sample, entry.place.height()))
            paint_sample(painter, area, self._style(place, self.palette()), metrics)
            painter.setPen(self.palette().windowText().color())
            text = entry.place.adjusted(sample + metrics.averageCharWidth(), 0, 0, 0)
            painter.drawText(text, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), entry.name)
        painter.end()

    def _entries(self, width: int) -> list[_Entry]:
        """Return names and places in rows of at most `width` pixels."""
        metrics = self.fontMetrics()
        letter, height = metrics.averageCharWidth(), round(metrics.lineSpacing() * 1.2)
        entries: list[_Entry] = []
        corner = QPoint(0, 0)
        for name in self._names:
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, letter * _NAME_LETTERS)
            needed = letter * (_SAMPLE_LETTERS + 1) + metrics.horizontalAdvance(shown) + 1
            if corner.x() and corner.x() + needed > width:
                corner = QPoint(0, corner.y() + height)
            entries.append(_Entry(shown, QRect(corner, QSize(needed, height))))
            corner = corner + QPoint(needed + 3 * letter, 0)
        return entries


def paint_sample(painter: QPainter, area: QRect, style: LineStyle, metrics: QFontMetrics) -> None:
    """Paint a sample of a line, with one marker."""
    width = max(1.5, metrics.height() / 9)
    pen = QPen(QColor(style.colour), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if style.dashes:
        pen.setDashPattern(list(style.dashes))
    painter.setPen(pen)
    middle = QPointF(area.center())
    painter.drawLine(QPointF(area.left(), middle.y()), QPointF(area.right(), middle.y()))
    size = metrics.height() / 4
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(style.colour))
    painter.drawPolygon(QPolygonF([middle + QPointF(x * size, -y * size) for x, y in style.marker]))


def sample_icon(place: int, palette: QPalette, metrics: QFontMetrics, ratio: float) -> QIcon:
    """Return a sample of the line at `place` as an icon, for the header of its column."""
    size = QSize(metrics.averageCharWidth() * _SAMPLE_LETTERS, metrics.height())
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_sample(painter, QRect(QPoint(0, 0), size), line_style(place, series(palette)), metrics)
    painter.end()
    return QIcon(pixmap)
