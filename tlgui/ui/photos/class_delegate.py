"""Paints the rows of classes: a thumbnail of the first photo, the name, and a bar of the number of photos below it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from tlgui.ui.photos.class_rows import PHOTO_ROLE, SHARE_ROLE
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.ui.widgets.tokens import Accent, colour, mixed

_GAP = 6
_EMPTY = 0.08


def row_height(view: QWidget) -> int:
    """Return the height of a row in the font of `view`: two lines and the space around them."""
    return 2 * view.fontMetrics().height() + 2 * _GAP


class ClassDelegate(QStyledItemDelegate):
    """The delegate of the column of names.

    Attributes:
        shows_photos: Whether there is room for thumbnails beside the names.

    Args:
        loader: Loads the thumbnails, in the size of `side`.
        parent: The table.
    """

    def __init__(self, loader: ThumbnailLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._loader = loader
        self.shows_photos = True

    @staticmethod
    def side(view: QWidget) -> int:
        """Return the side of a thumbnail in the font of `view`."""
        return row_height(view) - _GAP

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        styled = QStyleOptionViewItem(option)
        self.initStyleOption(styled, index)
        text, styled.text = styled.text, ""
        view = styled.widget
        style = view.style() if view is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, styled, painter, view)
        painter.save()
        self._paint_photo(painter, styled, index.data(PHOTO_ROLE))
        self._paint_name(painter, styled, text, index.data(SHARE_ROLE))
        painter.restore()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        name = super().sizeHint(option, index)
        assert option.widget is not None
        return QSize(name.width() + self.side(option.widget) + 3 * _GAP, row_height(option.widget))

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        assert option.widget is not None
        area = QRect(option.rect)
        area.setLeft(area.left() + self._room_of_photo(option.widget) + _GAP)
        height = min(area.height(), editor.sizeHint().height())
        editor.setGeometry(area.left(), area.center().y() - height // 2, area.width(), height)

    def _room_of_photo(self, view: QWidget) -> int:
        return self.side(view) + _GAP if self.shows_photos else 0

    def _paint_photo(self, painter: QPainter, option: QStyleOptionViewItem, path: object) -> None:
        if path is None or option.widget is None or not self.shows_photos:
            return
        side = self.side(option.widget)
        place = QRect(option.rect.left() + _GAP // 2, option.rect.top() + _GAP // 2, side, side)
        image = self._loader.image(path)  # type: ignore[arg-type]
        if image is None or image.isNull():
            painter.fillRect(place, mixed(option.palette.base().color(), option.palette.text().color(), _EMPTY))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(centred(image, place), image)

    def _paint_name(self, painter: QPainter, option: QStyleOptionViewItem, text: str, share: float | None) -> None:
        assert option.widget is not None
        side = self._room_of_photo(option.widget) if share is not None else 0
        area = option.rect.adjusted(side + _GAP, _GAP, -_GAP, -_GAP)
        painter.setFont(option.font)
        painter.setPen(_text_colour(option))
        line = option.fontMetrics.height()
        height = line if share is not None else area.height()
        words = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideMiddle, area.width())
        where = QRect(area.left(), area.top(), area.width(), height)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
        if share is not None:
            thick = max(3, line // 4)
            track = QRectF(area.left(), area.top() + line + (line - thick) / 2, area.width(), thick)
            _paint_bar(painter, option, track, share)


def _paint_bar(painter: QPainter, option: QStyleOptionViewItem, track: QRectF, share: float) -> None:
    """Paint a bar whose length is a share of its track."""
    is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
    tone = _text_colour(option) if is_selected else colour(Accent.TRAINING, option.palette)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    faint = QColor(_text_colour(option))
    faint.setAlphaF(0.12)
    round_by = track.height() / 2
    painter.setBrush(faint)
    painter.drawRoundedRect(track, round_by, round_by)
    painter.setBrush(tone)
    track.setWidth(max(track.height(), track.width() * share))
    painter.drawRoundedRect(track, round_by, round_by)


def _text_colour(option: QStyleOptionViewItem) -> QColor:
    state = option.state
    role = QPalette.ColorRole.HighlightedText if state & QStyle.StateFlag.State_Selected else QPalette.ColorRole.Text
    if not state & QStyle.StateFlag.State_Enabled:
        group = QPalette.ColorGroup.Disabled
    else:
        is_active = state & QStyle.StateFlag.State_Active
        group = QPalette.ColorGroup.Active if is_active else QPalette.ColorGroup.Inactive
    return option.palette.color(group, role)
