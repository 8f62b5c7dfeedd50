"""Painting the cells of the photo grid: thumbnail, name, selection, and the badge of photos left out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPalette, QPen, QPixmap, QStaticText, QTextOption
from PySide6.QtWidgets import QWidget

from tlgui.photos.names import one_line
from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_words import note_in_cell
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import Accent, colour, mixed, quiet_text

_LEFT_OUT, _RIGHT = "Left out", "Class is right"
_FADED = 0.3
_BAND, _TINT, _EMPTY = 0.06, 0.3, 0.08
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
# Laying out a name takes longer than painting it; this is twice the number of cells on the largest screens.
_MOST_TEXTS = 4000


class Cell(NamedTuple):
    """A cell to paint: the photo, the upper left corner, and its state."""

    item: PhotoItem
    left: int
    top: int
    is_selected: bool
    has_focus: bool


class CellTexts(NamedTuple):
    """What the cells show beside photo and name.

    Args:
        groups: Whether groups of photos that belong together are marked.
        class_names: Whether the class stands below each photo.
        notes: Whether it stands below each photo what a model said of it.
    """

    groups: bool = False
    class_names: bool = False
    notes: bool = False


PLAIN = CellTexts()
"""Cells without any of these."""


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
        texts: What they show beside photo and name; `measure` follows a change.
    """

    def __init__(self, loader: ThumbnailLoader) -> None:
        self._loader = loader
        self.size = QSize(1, 1)
        self.side = 1
        self.texts = CellTexts()
        self._gap = 1
        self._width = 1
        self._ratio = 1.0
        self._metrics: QFontMetrics | None = None
        self._palette = QPalette()
        self._missing = QPixmap()
        self._colours = _CellColours(QPalette())
        self._option = QTextOption()
        self._texts: dict[str, tuple[QStaticText, float, int]] = {}

    def measure(self, view: QWidget, lines: int) -> None:
        """Update the sizes for the font of `view`; a thumbnail is `lines` lines of text high."""
        self._metrics = view.fontMetrics()
        self._option.setTextDirection(view.layoutDirection())
        self._texts.clear()
        line = self._metrics.height()
        self._gap = max(4, line // 3)
        self.side = lines * line
        words = line * (1 + self.texts.class_names + self.texts.notes)
        self.size = QSize(self.side + 4 * self._gap, self.side + words + 5 * self._gap)

    def inner(self, area: QRect) -> QRect:
        """Return the part of a cell that is clickable and tinted."""
        half = self._gap // 2
        return area.adjusted(half, half, -half, -half)

    def paint(self, painter: QPainter, view: QWidget, cells: Sequence[Cell], width: int) -> None:
        """Paint cells of `width` pixels.

        In layers, because a change of the pen or the scale costs as much as painting with it.
        """
        self._begin(painter, view, width)
        self._paint_pictures(painter, cells)
        painter.setPen(self._colours.text)
        for cell in cells:
            self._paint_text(painter, cell, cell.item.path.name, 0)
        painter.setPen(self._colours.quiet)
        line = self._needed_metrics().height()
        for cell in cells if self.texts.class_names else ():
            self._paint_text(painter, cell, cell.item.class_name, line)
        painter.setPen(self._colours.text)
        for cell in cells if self.texts.notes else ():
            self._paint_text(painter, cell, note_in_cell(cell.item), line * (1 + self.texts.class_names))
        for cell in cells:
            if cell.item.is_left_out:
                self._paint_badge(painter, self._picture(cell), _LEFT_OUT, Accent.WARNING)
            elif cell.item.is_confirmed:
                self._paint_badge(painter, self._picture(cell), _RIGHT, Accent.SUCCESS)
            if cell.has_focus:
                self._paint_focus(painter, self.inner(self._area(cell)))

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
        if width != self._width or len(self._texts) > _MOST_TEXTS:
            self._width = width
            self._texts.clear()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(view.font())

    def _needed_metrics(self) -> QFontMetrics:
        assert self._metrics is not None
        return self._metrics

    def _area(self, cell: Cell) -> QRect:
        return QRect(cell.left, cell.top, self._width, self.size.height())

    def _picture(self, cell: Cell) -> QRect:
        left = cell.left + (self._width - 1) // 2 - self.side // 2
        return QRect(left, cell.top + self._gap // 2 + self._gap, self.side, self.side)

    def _paint_pictures(self, painter: QPainter, cells: Sequence[Cell]) -> None:
        for cell in cells:
            if cell.is_selected or self.texts.groups:
                self._paint_background(painter, cell)
        painter.save()
        # In device pixels, the size of the thumbnails, so that painting one is a copy.
        painter.scale(1 / self._ratio, 1 / self._ratio)
        for cell in cells:
            self._paint_picture(painter, cell)
        painter.restore()

    def _paint_background(self, painter: QPainter, cell: Cell) -> None:
        area = self._area(cell)
        if self.texts.groups and cell.item.group % 2 == 0:
            painter.fillRect(area, self._colours.band)
        if cell.is_selected:
            inner = self.inner(area)
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
        image = self._loader.image(cell.item.path)
        if image is None:
            painter.fillRect(left, top, side, side, self._colours.empty)
        elif image.isNull():
            # The icon is square.
            size = min(self._missing.width(), side)
            painter.drawPixmap(left + (side - size) // 2, top + (side - size) // 2, size, size, self._missing)
        elif cell.item.is_left_out or cell.item.is_confirmed:
            painter.setOpacity(_FADED)
            _draw(painter, image, left, top, side)
            painter.setOpacity(1.0)
        else:
            _draw(painter, image, left, top, side)

    def _paint_text(self, painter: QPainter, cell: Cell, words: str, below: int) -> None:
        """Paint centred text, `below` pixels below the first line."""
        known = self._texts.get(words)
        if known is None:
            known = self._texts[words] = self._laid_out(words)
        text, left, top = known
        painter.drawStaticText(QPointF(cell.left + left, cell.top + top + below), text)

    def _laid_out(self, words: str) -> tuple[QStaticText, float, int]:
        """Return text elided to the cell, and the position of its upper left corner in the cell."""
        metrics, gap, half = self._needed_metrics(), self._gap, self._gap // 2
        room = self._width - 2 * half - 2 * gap
        text = QStaticText(metrics.elidedText(one_line(words), Qt.TextElideMode.ElideMiddle, room))
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextOption(self._option)
        size = text.size()
        # A fallback font may be higher than the line.
        top = half + 2 * gap + self.side - 1 + round((metrics.height() - size.height()) / 2)
        return text, half + gap + (room - size.width()) / 2, top

    def _paint_badge(self, painter: QPainter, picture: QRect, words: str, accent: Accent) -> None:
        metrics = self._needed_metrics()
        room = QRect(0, 0, metrics.horizontalAdvance(words) + 2 * self._gap, metrics.height())
        room.setWidth(min(room.width(), picture.width()))
        # moveCenter rounds differently at negative coordinates, as of cells that are scrolled partly out of view.
        room.moveTo(
            picture.left() + (picture.width() - room.width()) // 2,
            picture.top() + (picture.height() - room.height()) // 2,
        )
        painter.fillRect(room, self._palette.base())
        painter.setPen(colour(accent, self._palette))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        painter.drawText(room, _CENTRE, words)

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
