"""One cell of the grid of photos: the thumbnail, its name, and whether it is selected or left out."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from tlgui.photos.names import one_line
from tlgui.ui.colours import Accent, colour, mixed, quiet_text
from tlgui.ui.icons import icon_pixmap
from tlgui.ui.photo_items import PhotoItem
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred

_LEFT_OUT = "Left out"
_FADED = 0.3
_BAND, _TINT, _EMPTY = 0.06, 0.3, 0.08
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)
# To find where to cut a name takes longer than to paint it.
_WORDS_KEPT = 5000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell is, and how it stands."""

    area: QRect
    is_selected: bool
    has_focus: bool


class _Tones:
    """The colours of a palette that cells are painted in."""

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
        loader: Where thumbnails come from.

    Attributes:
        size: Of a cell, at least; the view may give it more width.
        side: Of a thumbnail.
        groups: Whether to set off those that belong together.
        names_classes: Whether to say below each photo which class it is in.
    """

    def __init__(self, loader: ThumbnailLoader) -> None:
        self._loader = loader
        self.size = QSize(1, 1)
        self.side = 1
        self.groups = False
        self.names_classes = False
        self._gap = 1
        self._metrics: QFontMetrics | None = None
        self._palette = QPalette()
        self._missing = QPixmap()
        self._tones = _Tones(QPalette())
        self._words: dict[tuple[str, int], str] = {}

    def measure(self, view: QWidget, lines: int) -> None:
        """Follow the font: a thumbnail is so many lines of it high."""
        self._metrics = view.fontMetrics()
        self._words.clear()
        line = self._metrics.height()
        self._gap = max(4, line // 3)
        self.side = lines * line
        words = line * (2 if self.names_classes else 1)
        self.size = QSize(self.side + 4 * self._gap, self.side + words + 5 * self._gap)

    def inner(self, area: QRect) -> QRect:
        """Return the part of a cell that can be hit and is tinted."""
        half = self._gap // 2
        return area.adjusted(half, half, -half, -half)

    def begin(self, painter: QPainter, view: QWidget) -> None:
        """Prepare for the cells of one painting."""
        palette = view.palette()
        if palette.cacheKey() != self._palette.cacheKey() or self._missing.isNull():
            self._palette = palette
            self._tones = _Tones(palette)
            self._missing = icon_pixmap("warning", self._tones.quiet, round(2 * view.fontMetrics().height()))
        if len(self._words) > _WORDS_KEPT:
            self._words.clear()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setFont(view.font())

    def paint(self, painter: QPainter, item: PhotoItem, place: Place) -> None:
        """Paint one cell."""
        self._paint_background(painter, item, place)
        gap, inner = self._gap, self.inner(place.area)
        picture = QRect(0, inner.top() + gap, self.side, self.side)
        picture.moveLeft(place.area.center().x() - self.side // 2)
        self._paint_picture(painter, item, picture)
        assert self._metrics is not None
        caption = QRect(inner.left() + gap, picture.bottom() + gap, inner.width() - 2 * gap, self._metrics.height())
        self._paint_words(painter, caption, item.path.name, self._tones.text)
        if self.names_classes:
            caption.translate(0, caption.height())
            self._paint_words(painter, caption, item.class_name, self._tones.quiet)
        if item.is_left_out:
            self._paint_badge(painter, picture)
        if place.has_focus:
            self._paint_focus(painter, inner)

    def paint_rubber_band(self, painter: QPainter, area: QRect) -> None:
        """Paint what the mouse draws to select."""
        tint = QColor(self._tones.highlight)
        painter.setPen(tint)
        tint.setAlphaF(0.2)
        painter.fillRect(area, tint)
        painter.drawRect(area.adjusted(0, 0, -1, -1))

    def _paint_background(self, painter: QPainter, item: PhotoItem, place: Place) -> None:
        if self.groups and item.group % 2 == 0:
            painter.fillRect(place.area, self._tones.band)
        if place.is_selected:
            inner = self.inner(place.area)
            painter.fillRect(inner, self._tones.chosen)
            # Not by its tint alone: a frame as well.
            painter.setPen(QPen(self._tones.highlight, 2))
            painter.drawRect(inner.adjusted(1, 1, -1, -1))

    def _paint_picture(self, painter: QPainter, item: PhotoItem, picture: QRect) -> None:
        image = self._loader.image(item.path)
        if image is None:
            painter.fillRect(picture, self._tones.empty)
        elif image.isNull():
            side = min(self._missing.width(), picture.width())
            place = QRect(0, 0, side, side)
            place.moveCenter(picture.center())
            painter.drawPixmap(place, self._missing)
        elif item.is_left_out:
            painter.setOpacity(_FADED)
            painter.drawImage(centred(image, picture), image)
            painter.setOpacity(1.0)
        else:
            painter.drawImage(centred(image, picture), image)

    def _paint_words(self, painter: QPainter, place: QRect, words: str, tone: QColor) -> None:
        assert self._metrics is not None
        painter.setPen(tone)
        key = words, place.width()
        text = self._words.get(key)
        if text is None:
            text = self._metrics.elidedText(one_line(words), Qt.TextElideMode.ElideMiddle, place.width())
            self._words[key] = text
        painter.drawText(place, _CENTRE, text)

    def _paint_badge(self, painter: QPainter, picture: QRect) -> None:
        assert self._metrics is not None
        room = QRect(0, 0, self._metrics.horizontalAdvance(_LEFT_OUT) + 2 * self._gap, self._metrics.height())
        room.setWidth(min(room.width(), picture.width()))
        room.moveCenter(picture.center())
        painter.fillRect(room, self._palette.base())
        painter.setPen(colour(Accent.WARNING, self._palette))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        painter.drawText(room, _CENTRE, _LEFT_OUT)

    def _paint_focus(self, painter: QPainter, inner: QRect) -> None:
        painter.setPen(QPen(self._tones.text, 1, Qt.PenStyle.DotLine))
        painter.drawRect(inner.adjusted(3, 3, -4, -4))
