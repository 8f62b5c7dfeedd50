"""Paints the headings of the sections of a grid: the title in bold, and the number of photos."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QWidget

from tlgui.photos.names import one_line
from tlgui.ui.grid.cell_lines import CellLines, Section
from tlgui.ui.widgets.tokens import GRID, LINE_WIDTH, hairline, mixed, quiet_text

_CENTRED = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute)
_CHOSEN = 0.25


class Heading(NamedTuple):
    """A heading to paint: its section, its top, and whether all of its photos are selected."""

    section: Section
    top: int
    is_selected: bool


def tops_of_headings(lines: CellLines, offset: int, height: int) -> Iterator[tuple[int, int]]:
    """Yield the number and the top of each heading that is seen; the first one stays at the top.

    Args:
        lines: The cells.
        offset: How far they are scrolled, in pixels.
        height: The height that is seen, in pixels.
    """
    if lines.heading == 0:
        return
    first = lines.section_at(offset)
    # Those after it come first: the one that stays is painted over nothing else.
    for section in range(first + 1, lines.section_at(offset + height) + 1):
        yield section, lines.heading_top(section) - offset
    yield first, min(0, lines.heading_top(first + 1) - offset - lines.heading)


class HeadingPainter:
    """Paints headings.

    Attributes:
        height: The height of a heading, in pixels.
    """

    def __init__(self) -> None:
        self.height = 0
        self._bold = QFont()

    def measure(self, view: QWidget) -> None:
        """Update the height for the font of `view`."""
        self._bold = QFont(view.font())
        self._bold.setBold(True)
        self.height = view.fontMetrics().height() + 2 * GRID

    def paint(self, painter: QPainter, view: QWidget, headings: Sequence[Heading], width: int) -> None:
        """Paint headings of `width` pixels."""
        palette = view.palette()
        base, quiet, line = palette.base().color(), quiet_text(palette), hairline(palette)
        chosen = mixed(base, palette.highlight().color(), _CHOSEN)
        bold, plain = QFontMetrics(self._bold, view), view.fontMetrics()
        for section, top, is_selected in headings:
            area = QRect(0, top, width, self.height)
            painter.fillRect(area, chosen if is_selected else base)
            painter.fillRect(QRect(0, area.bottom(), width, LINE_WIDTH), line)
            inner = area.adjusted(GRID, 0, -GRID, 0)
            count = f"{section.count:,}"
            room = inner.width() - plain.horizontalAdvance(count) - GRID
            title = bold.elidedText(one_line(section.title), Qt.TextElideMode.ElideMiddle, room)
            place = QRect(inner.left(), top, bold.horizontalAdvance(title) + 1, self.height)
            painter.setFont(self._bold)
            painter.setPen(palette.text().color())
            self._draw(painter, view, inner, place, title)
            beside = QRect(place.right() + GRID, top, plain.horizontalAdvance(count) + 1, self.height)
            painter.setFont(view.font())
            painter.setPen(quiet)
            self._draw(painter, view, inner, beside, count)

    def _draw(self, painter: QPainter, view: QWidget, inner: QRect, place: QRect, words: str) -> None:
        painter.drawText(QStyle.visualRect(view.layoutDirection(), inner, place), _CENTRED, words)
