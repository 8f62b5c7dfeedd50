"""Photos that are dragged from the grid: what is under the mouse meanwhile, and who may take them.

They are told from files that are dragged here by a kind of data of their own, with a mark that no other window has.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QDrag, QFont, QImage, QMouseEvent, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from typing_extensions import override

from tlgui.ui.photos.photo_items import PhotoItem
from tlgui.ui.photos.photo_model import ITEM_ROLE
from tlgui.ui.widgets.thumbnails import centred

MIME_TYPE = "application/x-tlgui-photos"
_LINES = 6
_MOST_BEHIND = 2
_TINT = 0.25


class PhotoDrag(QObject):
    """Drags the photos that are selected in a grid, where the mouse was pressed on one of them.

    Args:
        view: The grid.
        selected: Returns the photos that are selected in it.
        thumbnail: Returns a photo's thumbnail; None or a null one where there is none.

    Attributes:
        may_begin: Says whether photos can be moved now.
        takes: Says whether the class of a name takes photos.
        items: The photos that are dragged; none while there is no drag.
    """

    def __init__(
        self,
        view: QAbstractItemView,
        selected: Callable[[], Sequence[PhotoItem]],
        thumbnail: Callable[[Path], QImage | None],
    ) -> None:
        super().__init__(view)
        self._view = view
        self._selected = selected
        self._thumbnail = thumbnail
        self._pressed = QPersistentModelIndex()
        self._pressed_at = QPoint()
        self._may_follow = False
        self._mark = b""
        self.items: Sequence[PhotoItem] = ()
        self.may_begin: Callable[[], bool] = lambda: False
        self.takes: Callable[[Sequence[PhotoItem], str], bool] = lambda _items, _name: False

        # Qt's own dragging would ask the model for every single photo selected, with each move of the mouse.
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
        """Begin a drag where the mouse has moved far enough; on a photo, no rubber band begins."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        way = event.position().toPoint() - self._pressed_at
        if self._may_follow and way.manhattanLength() >= QApplication.startDragDistance():
            self._may_follow = False
            # With a key held, a press may also have taken the photo out of the selection.
            if self.may_begin() and self._view.selectionModel().isSelected(self._pressed):
                self._begin(self._pressed.data(ITEM_ROLE))
        return True

    def _begin(self, pressed: PhotoItem) -> None:
        """Drag what is selected until the mouse is let go."""
        self.items, self._mark = self._selected(), uuid4().bytes
        data = QMimeData()
        data.setData(MIME_TYPE, self._mark)
        drag = QDrag(self._view)
        drag.setMimeData(data)
        drag.setPixmap(drag_picture(self._view, self._thumbnail(pressed.path), len(self.items)))
        # Beside the mouse and below it, so that the row it points at is seen.
        line = self._view.fontMetrics().height()
        drag.setHotSpot(QPoint(-line, -line // 2))
        try:
            carry_out(drag)
        finally:
            self.items, self._mark = (), b""

    def is_own(self, data: QMimeData) -> bool:
        """Return whether these are the photos that are dragged from this grid, and not another window's."""
        return bool(self._mark) and data.data(MIME_TYPE).data() == self._mark

    def can_go_to(self, name: str) -> bool:
        """Return whether the class of a name takes what is dragged, now."""
        return self.may_begin() and self.takes(self.items, name)


def carry_out(drag: QDrag) -> None:
    """Let the system drag until the mouse is let go."""
    drag.exec(Qt.DropAction.MoveAction)


def drag_picture(view: QWidget, thumbnail: QImage | None, number: int) -> QPixmap:
    """Return what is seen under the mouse: the photo, others behind it where there are several, and how many.

    Args:
        view: Whose font, colours and resolution it has.
        thumbnail: The photo; None or a null one where it cannot be shown.
        number: How many there are.
    """
    line, ratio, palette = view.fontMetrics().height(), view.devicePixelRatioF(), view.palette()
    step = max(3, line // 4)
    behind = min(number - 1, _MOST_BEHIND)
    photo = QRect(0, 0, _LINES * line, _LINES * line)
    if thumbnail is not None and not thumbnail.isNull():
        photo.setSize(centred(thumbnail, photo).size())
    # The number stands around the corner at the lower right.
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
    """Mark a row that takes what is dragged: by a frame, which is seen on a selected row too, and a tint."""
    tint = QColor(palette.highlight().color())
    tint.setAlphaF(_TINT)
    painter.fillRect(area, tint)
    painter.setPen(QPen(palette.text().color(), 2))
    painter.drawRect(area.adjusted(1, 1, -1, -1))


def _paint_number(painter: QPainter, view: QWidget, corner: QPoint, number: int) -> None:
    """Paint how many photos there are, around the corner of the picture."""
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
