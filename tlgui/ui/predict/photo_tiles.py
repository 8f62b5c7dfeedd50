"""A few small photos side by side, each with a line of text below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line, shown_name
from tlgui.ui.widgets.plain_text import set_spoken, show_tip
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import GRID, mixed, quiet_text

# Loaded once in this size, however wide the tiles are.
_LOADED_SIDE = 256
_LETTERS_A_TILE = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo.

    Args:
        path: The file.
        caption: The text below it; empty for none.
    """

    path: Path
    caption: str = ""


class PhotoTiles(QWidget):
    """Shows as many tiles of one row as there is room for, or several rows.

    Args:
        most_columns: The most tiles side by side.
        rows: How many rows there are; several share the height that there is.
        parent: The owner.
    """

    def __init__(self, most_columns: int, rows: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most_columns = most_columns
        self._rows = rows
        self._tiles: tuple[Tile, ...] = ()
        self._loader = ThumbnailLoader(_LOADED_SIDE, self)
        self._loader.loaded.connect(self._on_loader_loaded)
        vertical = QSizePolicy.Policy.Fixed if rows == 1 else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS_A_TILE)

    @property
    def tiles(self) -> Sequence[Tile]:
        """The photos, also those for which there is no room."""
        return self._tiles

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Show photos."""
        if tuple(tiles) == self._tiles:
            return
        self._tiles = tuple(tiles)
        names = (f"{tile.caption}: {shown_name(tile.path)}".removeprefix(": ") for tile in self._tiles)
        set_spoken(self, "; ".join(names))
        self.updateGeometry()
        self.update()

    def columns(self) -> int:
        """Return how many tiles are side by side."""
        room = self.width() // max(1, self.fontMetrics().averageCharWidth() * _LETTERS_A_TILE)
        return max(1, min(self._most_columns, room))

    def place_of(self, place: int) -> QRect:
        """Return where a tile is, with its caption."""
        columns = self.columns()
        row, column = divmod(place, columns)
        width = (self.width() - (columns - 1) * GRID) // columns
        height = (self.height() - (self._rows - 1) * GRID) // self._rows
        return QRect(column * (width + GRID), row * (height + GRID), width, height)

    @override
    def sizeHint(self) -> QSize:
        columns = self.columns()
        side = (self.width() - (columns - 1) * GRID) // columns
        return QSize(self.minimumWidth(), self._rows * (min(side, _LOADED_SIDE) + self._caption_height() + GRID) - GRID)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for place, tile in enumerate(self._tiles[: self.columns() * self._rows]):
            self._paint(painter, self.place_of(place), tile)
        painter.end()

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            show_tip(self, event.globalPos(), self._tip_at(event.pos()))
            return True
        return super().event(event)

    def _tip_at(self, position: QPoint) -> str:
        for place, tile in enumerate(self._tiles[: self.columns() * self._rows]):
            if self.place_of(place).contains(position):
                return "\n".join(filter(None, [one_line(tile.caption), one_line(str(tile.path))]))
        return ""

    def _caption_height(self) -> int:
        return self.fontMetrics().lineSpacing() if any(tile.caption for tile in self._tiles) else 0

    def _paint(self, painter: QPainter, place: QRect, tile: Tile) -> None:
        line = self._caption_height()
        photo = place.adjusted(0, 0, 0, -line)
        image = self._loader.image(tile.path)
        if image is not None and not image.isNull():
            painter.drawImage(centred(image, photo), image)
        else:
            painter.fillRect(photo, mixed(self.palette().base().color(), self.palette().text().color(), 0.1))
        if tile.caption:
            shown = self.fontMetrics().elidedText(one_line(tile.caption), Qt.TextElideMode.ElideMiddle, place.width())
            painter.setPen(quiet_text(self.palette()))
            below = QRect(place.left(), photo.bottom() + 1, place.width(), line)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter, shown)

    @Slot(object)
    def _on_loader_loaded(self, _path: object) -> None:
        self.update()
