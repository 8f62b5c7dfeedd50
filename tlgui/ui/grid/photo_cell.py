"""Painting the cells of a grid of photos: thumbnail, lines of text, selection, badge and focus."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
    QStaticText,
    QTextOption,
    QTransform,
)
from PySide6.QtWidgets import QWidget

from tlgui.photos.names import one_line
from tlgui.ui.grid.cell_content import Badge, CellContent, TextStyle
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import colour, mixed, quiet_text

_FADED = 0.3
_BAND, _TINT, _EMPTY = 0.06, 0.25, 0.08
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
# Laying out a name takes longer than painting it; this is twice the number of cells on the largest screens.
_MOST_TEXTS = 4000


class Cell(NamedTuple):
    """A cell to paint: the photo, what stands in the cell, its upper left corner, and its state."""

    path: Path
    content: CellContent
    left: int
    top: int
    is_selected: bool
    has_focus: bool


class _LaidOut(NamedTuple):
    """Text elided to the cell, and the position of its upper left corner in the cell."""

    text: QStaticText
    left: float
    top: int


class _CellColours:
    """The colours of cells, derived from a palette."""

    def __init__(self, palette: QPalette) -> None:
        base = palette.base().color()
        self.text, self.highlight = palette.text().color(), palette.highlight().color()
        self.quiet = quiet_text(palette)
        self.band = mixed(base, self.text, _BAND)
        self.chosen = mixed(base, self.highlight, _TINT)
        self.empty = mixed(base, self.text, _EMPTY)


class CellPainter:
    """Paints cells of one size.

    Args:
        loader: Loads the thumbnails.

    Attributes:
        size: The minimum size of a cell; the view may make cells wider.
        side: The side of a thumbnail.
        line_count: The lines of text below a thumbnail; `measure` follows a change.
    """

    def __init__(self, loader: ThumbnailLoader) -> None:
        self._loader = loader
        self.size = QSize(1, 1)
        self.side = 1
        self.line_count = 1
        self._gap = 1
        self._width = 1
        self._ratio = 1.0
        self._metrics: dict[TextStyle, QFontMetrics] = {}
        self._fonts: dict[TextStyle, QFont] = {}
        self._palette = QPalette()
        self._missing = QPixmap()
        self._colours = _CellColours(QPalette())
        self._option = QTextOption()
        self._texts: dict[TextStyle, dict[str, _LaidOut]] = {style: {} for style in TextStyle}

    def measure(self, view: QWidget, lines: int, lines_wide: int | None = None) -> None:
        """Update the sizes for the font of `view`.

        Args:
            view: Shows the cells.
            lines: The side of a thumbnail, in lines of text.
            lines_wide: The least width of what is in a cell, in lines of text too; None for that of a thumbnail.
        """
        bold = QFont(view.font())
        bold.setBold(True)
        self._fonts = {style: bold if style is TextStyle.BOLD else view.font() for style in TextStyle}
        self._metrics = {style: QFontMetrics(font, view) for style, font in self._fonts.items()}
        self._option.setTextDirection(view.layoutDirection())
        self._forget_texts()
        line = self._line()
        self._gap = _gap(line)
        self.side = lines * line
        width = (lines if lines_wide is None else lines_wide) * line
        self.size = QSize(width + 4 * self._gap, self.side + self.height_around(view))

    def height_around(self, view: QWidget) -> int:
        """Return the height of a cell of `view` without its thumbnail, in pixels."""
        line = view.fontMetrics().height()
        return line * self.line_count + 5 * _gap(line)

    @property
    def margin(self) -> int:
        """The space around the part of a cell that is clickable and tinted, in pixels."""
        return self._gap // 2

    def paint(self, painter: QPainter, view: QWidget, cells: Sequence[Cell], width: int) -> None:
        """Paint cells of `width` pixels.

        In layers, because a change of the pen or the scale costs as much as painting with it.
        """
        self._begin(painter, view, width)
        self._paint_pictures(painter, cells)
        self._paint_texts(painter, cells)
        painter.setFont(view.font())
        for cell in cells:
            if cell.content.badge is not None:
                self._paint_badge(painter, self._picture(cell), cell.content.badge)
            if cell.has_focus:
                self._paint_focus(painter, self._inner(cell))

    def paint_rubber_band(self, painter: QPainter, area: QRect) -> None:
        """Paint the selection rectangle of the mouse."""
        tint = QColor(self._colours.highlight)
        painter.setPen(tint)
        tint.setAlphaF(0.2)
        painter.fillRect(area, tint)
        painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _begin(self, painter: QPainter, view: QWidget, width: int) -> None:
        palette, ratio = view.palette(), view.devicePixelRatioF()
        if palette.cacheKey() != self._palette.cacheKey() or ratio != self._ratio or self._missing.isNull():
            self._palette, self._ratio = palette, ratio
            self._colours = _CellColours(palette)
            self._missing = icon_pixmap("warning", self._colours.quiet, round(2 * view.fontMetrics().height() * ratio))
        if width != self._width or sum(map(len, self._texts.values())) > _MOST_TEXTS:
            self._width = width
            self._forget_texts()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    def _forget_texts(self) -> None:
        for known in self._texts.values():
            known.clear()

    def _line(self) -> int:
        """Return the height of a line of text."""
        return self._metrics[TextStyle.NORMAL].height()

    def _area(self, cell: Cell) -> QRect:
        return QRect(cell.left, cell.top, self._width, self.size.height())

    def _inner(self, cell: Cell) -> QRect:
        margin = self.margin
        return self._area(cell).adjusted(margin, margin, -margin, -margin)

    def _picture(self, cell: Cell) -> QRect:
        left = cell.left + (self._width - 1) // 2 - self.side // 2
        return QRect(left, cell.top + self._gap // 2 + self._gap, self.side, self.side)

    def _paint_pictures(self, painter: QPainter, cells: Sequence[Cell]) -> None:
        for cell in cells:
            if cell.is_selected or cell.content.has_band:
                self._paint_background(painter, cell)
        painter.save()
        # In device pixels, the size of the thumbnails, so that painting one is a copy.
        painter.scale(1 / self._ratio, 1 / self._ratio)
        for cell in cells:
            self._paint_picture(painter, cell)
        painter.restore()

    def _paint_background(self, painter: QPainter, cell: Cell) -> None:
        area = self._area(cell)
        if cell.content.has_band:
            painter.fillRect(area, self._colours.band)
        if cell.is_selected:
            inner = self._inner(cell)
            painter.fillRect(inner, self._colours.chosen)
            # A frame too, because colour alone must not carry information.
            painter.setPen(QPen(self._colours.highlight, 2))
            painter.drawRect(inner.adjusted(1, 1, -1, -1))

    def _paint_picture(self, painter: QPainter, cell: Cell) -> None:
        """Paint the thumbnail, in device pixels."""
        place, ratio = self._picture(cell), self._ratio
        # round() rounds halves to even, so that thumbnails would jitter while scrolling.
        left, top = math.floor(place.left() * ratio + 0.5), math.floor(place.top() * ratio + 0.5)
        side = round(self.side * ratio)
        image = self._loader.image(cell.path)
        if image is None:
            painter.fillRect(left, top, side, side, self._colours.empty)
        elif image.isNull():
            # The icon is square.
            size = min(self._missing.width(), side)
            painter.drawPixmap(left + (side - size) // 2, top + (side - size) // 2, size, size, self._missing)
        elif cell.content.is_faded:
            painter.setOpacity(_FADED)
            _draw(painter, image, left, top, side)
            painter.setOpacity(1.0)
        else:
            _draw(painter, image, left, top, side)

    def _paint_texts(self, painter: QPainter, cells: Sequence[Cell]) -> None:
        height = self._line()
        for style in TextStyle:
            painter.setFont(self._fonts[style])
            painter.setPen(self._colours.quiet if style is TextStyle.QUIET else self._colours.text)
            known = self._texts[style]
            for cell in cells:
                for number, (words, style_of_line) in enumerate(cell.content.lines):
                    if style_of_line is style and words:
                        text, left, top = known.get(words) or self._laid_out(words, style)
                        painter.drawStaticText(QPointF(cell.left + left, cell.top + top + number * height), text)

    def _laid_out(self, words: str, style: TextStyle) -> _LaidOut:
        """Return text as it stands on the first line of a cell, and keep it."""
        gap, half = self._gap, self._gap // 2
        room = self._width - 2 * half - 2 * gap
        text = QStaticText(self._metrics[style].elidedText(one_line(words), Qt.TextElideMode.ElideMiddle, room))
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextOption(self._option)
        text.prepare(QTransform(), self._fonts[style])
        size = text.size()
        # A fallback font may be higher than the line.
        top = half + 2 * gap + self.side - 1 + round((self._line() - size.height()) / 2)
        laid_out = self._texts[style][words] = _LaidOut(text, half + gap + (room - size.width()) / 2, top)
        return laid_out

    def _paint_badge(self, painter: QPainter, picture: QRect, badge: Badge) -> None:
        metrics = self._metrics[TextStyle.NORMAL]
        room = QRect(0, 0, metrics.horizontalAdvance(badge.text) + 2 * self._gap, metrics.height())
        room.setWidth(min(room.width(), picture.width()))
        if badge.is_in_corner:
            room.moveTo(picture.topLeft())
        else:
            # moveCenter rounds differently at negative coordinates, as of cells that are scrolled partly out of view.
            room.moveTo(
                picture.left() + (picture.width() - room.width()) // 2,
                picture.top() + (picture.height() - room.height()) // 2,
            )
        painter.fillRect(room, self._palette.base())
        painter.setPen(colour(badge.accent, self._palette))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        painter.drawText(room, _CENTRE, badge.text)

    def _paint_focus(self, painter: QPainter, inner: QRect) -> None:
        painter.setPen(QPen(self._colours.text, 1, Qt.PenStyle.DotLine))
        painter.drawRect(inner.adjusted(3, 3, -4, -4))


def _draw(painter: QPainter, image: QImage, left: int, top: int, side: int) -> None:
    """Draw a thumbnail centred in a square."""
    width, height = image.width(), image.height()
    if max(width, height) == side:
        painter.drawImage(left + (side - 1) // 2 - (width - 1) // 2, top + (side - 1) // 2 - (height - 1) // 2, image)
    else:
        # Still of the previous size.
        painter.drawImage(centred(image, QRect(left, top, side, side)), image)


def _gap(line_height: int) -> int:
    return max(4, line_height // 3)
