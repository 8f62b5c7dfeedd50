"""Dragging photos from a grid: beginning the drag, its picture, and the check that it is from this window.

A drag within the window has a MIME type of its own, which distinguishes it from files, and a random token, which
distinguishes it from the drags of other windows. A drag to other programs carries the files, which they can only copy.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic
from uuid import uuid4

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QUrl,
)
from PySide6.QtGui import QColor, QDrag, QFont, QImage, QMouseEvent, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from typing_extensions import override

from tlgui.ui.grid.photo_list import Item
from tlgui.ui.grid.photo_model import ITEM_ROLE
from tlgui.ui.widgets.drops import DRAGGED_OUT
from tlgui.ui.widgets.thumbnails import centred

MIME_TYPE = "application/x-tlgui-photos"
_LINES = 6
_MOST_BEHIND = 2
_TINT = 0.25


class PhotoDrag(QObject, Generic[Item]):
    """Drags the selected photos of a grid when the mouse is pressed on one of them.

    Args:
        view: The grid.
        selected: Returns the selected photos.
        paths: Returns the paths of the selected photos.
        thumbnail: Returns the thumbnail of a photo; None or a null image if there is none.

    Attributes:
        carries_files: Whether photos are dragged to other programs, and not to the classes of this window.
        can_begin: Returns whether photos can be dragged now.
        can_move: Returns whether photos can be moved to the class of a name.
    """

    def __init__(
        self,
        view: QAbstractItemView,
        selected: Callable[[], Sequence[Item]],
        paths: Callable[[], Sequence[str]],
        thumbnail: Callable[[Path], QImage | None],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._paths = paths
        self._thumbnail = thumbnail
        self._pressed = QPersistentModelIndex()
        self._pressed_at = QPoint()
        self._may_follow = False
        self._token = b""
        self.carries_files = False
        self.can_begin: Callable[[], bool] = lambda: False
        self.can_move: Callable[[Sequence[Item], str], bool] = lambda _items, _name: False

        # Qt's own dragging queries the model for every selected photo with each move of the mouse.
        view.viewport().installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            if event.type() == QEvent.Type.MouseButtonPress:
                self._note_press(event)
            elif event.type() == QEvent.Type.MouseMove and self._pressed.isValid():
                return self._follow(event)
        return False

    def _note_press(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        self._may_follow = True
        is_left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = QPersistentModelIndex(self._view.indexAt(self._pressed_at) if is_left else QModelIndex())

    def _follow(self, event: QMouseEvent) -> bool:
        """Begin a drag once the mouse has moved far enough; return whether to keep the move from the view."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        way = event.position().toPoint() - self._pressed_at
        if self._may_follow and way.manhattanLength() >= QApplication.startDragDistance():
            self._may_follow = False
            # A press with Ctrl may have deselected the photo.
            if self.can_begin() and self._view.selectionModel().isSelected(self._pressed):
                self._begin(self._pressed.data(ITEM_ROLE))
        return True

    def _begin(self, pressed: Item) -> None:
        """Drag the selected photos until the mouse button is released."""
        paths, self._token = self._paths(), uuid4().bytes
        data = QMimeData()
        if self.carries_files:
            data.setData(DRAGGED_OUT, self._token)
            data.setUrls([QUrl.fromLocalFile(path) for path in paths])
        else:
            data.setData(MIME_TYPE, self._token)
        drag = QDrag(self._view)
        drag.setMimeData(data)
        drag.setPixmap(drag_picture(self._view, self._thumbnail(pressed.path), len(paths)))
        # Right of and below the mouse, so that the row under it stays visible.
        line = self._view.fontMetrics().height()
        drag.setHotSpot(QPoint(-line, -line // 2))
        try:
            execute_drag(drag)
        finally:
            self._token = b""

    @property
    def items(self) -> Sequence[Item]:
        """The photos that are dragged; empty without a drag."""
        return self._selected() if self._token else ()

    def is_own(self, data: QMimeData) -> bool:
        """Return whether `data` is the drag that this grid has begun."""
        return bool(self._token) and data.data(MIME_TYPE).data() == self._token

    def can_move_to(self, name: str) -> bool:
        """Return whether the dragged photos can be moved to the class of a name now."""
        return self.can_begin() and self.can_move(self.items, name)


def execute_drag(drag: QDrag) -> None:
    """Run the drag until the mouse button is released; a separate function, so that tests can replace it."""
    # Files are never moved by other programs, which would leave this one with photos that are gone.
    drag.exec(Qt.DropAction.CopyAction if drag.mimeData().hasUrls() else Qt.DropAction.MoveAction)


def drag_picture(view: QWidget, thumbnail: QImage | None, number: int) -> QPixmap:
    """Return the picture of a drag: the photo, up to two more behind it, and the number of photos.

    Args:
        view: The widget whose font, palette and resolution are used.
        thumbnail: The photo; None or a null image if it cannot be shown.
        number: The number of photos.
    """
    line, ratio, palette = view.fontMetrics().height(), view.devicePixelRatioF(), view.palette()
    step = max(3, line // 4)
    behind = min(number - 1, _MOST_BEHIND)
    photo = QRect(0, 0, _LINES * line, _LINES * line)
    if thumbnail is not None and not thumbnail.isNull():
        photo.setSize(centred(thumbnail, photo).size())
    # The number is centred on the lower right corner.
    room = QSize(photo.width() + behind * step + 3 * line, photo.height() + behind * step + line)
    pixmap = QPixmap(room * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for place in range(behind, -1, -1):
        area = photo.translated(place * step, place * step)
        painter.fillRect(area, palette.base())
        painter.setPen(palette.text().color())
        painter.drawRect(area.adjusted(0, 0, -1, -1))
    if thumbnail is not None and not thumbnail.isNull():
        painter.drawImage(photo.adjusted(1, 1, -1, -1), thumbnail)
    _paint_number(painter, view, photo.bottomRight() + QPoint(behind * step, behind * step), number)
    painter.end()
    return pixmap


def paint_drop_row(painter: QPainter, area: QRect, palette: QPalette) -> None:
    """Mark the row that accepts a drag: a tint, and a frame, which is visible on a selected row too."""
    tint = QColor(palette.highlight().color())
    tint.setAlphaF(_TINT)
    painter.fillRect(area, tint)
    painter.setPen(QPen(palette.text().color(), 2))
    painter.drawRect(area.adjusted(1, 1, -1, -1))


def _paint_number(painter: QPainter, view: QWidget, corner: QPoint, number: int) -> None:
    """Paint the number of photos, centred on the corner of the picture."""
    font = QFont(view.font())
    font.setBold(True)
    painter.setFont(font)
    metrics, words = painter.fontMetrics(), f"{number:,}"
    badge = QRect(0, 0, max(metrics.horizontalAdvance(words) + metrics.height(), metrics.height()), metrics.height())
    badge.moveCenter(corner)
    badge.moveLeft(max(0, badge.left()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(view.palette().highlightedText().color())
    painter.setBrush(view.palette().highlight())
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
