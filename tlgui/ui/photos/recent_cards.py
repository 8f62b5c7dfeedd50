"""Cards on the start page: a folder or a model used before, with a picture, how good it is, and when it was trained."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.names import one_line, shown_name
from tlgui.text.numbers import percent
from tlgui.ui.session.recent_items import RecentItem, RecentItems
from tlgui.ui.text.model_words import path_title
from tlgui.ui.text.run_words import when
from tlgui.ui.widgets.empty_page import card_heading
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.icons import icon_pixmap
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.thumbnails import ThumbnailLoader
from tlgui.ui.widgets.tokens import GRID, SMALL_CORNER, quiet_text

_LETTERS = 39
_LINES = 4
_FEWEST_LETTERS = 24


class RecentCard(QPushButton):
    """One folder or model.

    Args:
        path: The folder, or the model's file.
        icon: Shown until there is a photo.
        loader: Decodes the photo.
        parent: The owner.
    """

    def __init__(self, path: Path, icon: str, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._icon = icon
        self._loader = loader
        self._item = RecentItem(path)
        self._title = path_title(path) if icon == "model" else shown_name(path)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        set_tip(self, str(path))
        self._tell()

    @property
    def words(self) -> tuple[str, ...]:
        """How good it is, and when it was trained, as far as that is known; a line each."""
        parts = []
        if self._item.accuracy is not None:
            parts.append(f"{percent(self._item.accuracy)} right")
        if self._item.changed is not None:
            parts.append(f"trained {when(self._item.changed, datetime.now().astimezone())}")
        return tuple(parts)

    def show_item(self, item: RecentItem) -> None:
        """Show what was found out; what is not there any more vanishes."""
        self._item = item
        self.setVisible(item.is_there)
        self._tell()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS, metrics.lineSpacing() * _LINES + 2 * GRID)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * _FEWEST_LETTERS, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        side = self.height() - 2 * GRID
        self._paint_picture(painter, QRect(GRID, GRID, side, side))
        text = self.rect().adjusted(side + 2 * GRID + GRID // 2, GRID, -GRID, -GRID)
        self._paint_text(painter, text)
        painter.end()

    def _tell(self) -> None:
        set_spoken(self, ", ".join((f"Open {one_line(str(self.path))}", *self.words)))

    def _paint_picture(self, painter: QPainter, place: QRect) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(place, SMALL_CORNER, SMALL_CORNER)
        image = self._loader.image(self._item.photo) if self._item.photo is not None else None
        if image is None or image.isNull():
            painter.fillPath(shape, self.palette().window())
            side = place.width() // 2
            middle = QRect(0, 0, side, side)
            middle.moveCenter(place.center())
            ratio = self.devicePixelRatioF()
            painter.drawPixmap(middle, icon_pixmap(self._icon, quiet_text(self.palette()), round(side * ratio)))
            return
        painter.save()
        painter.setClipPath(shape)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        whole = QRect(0, 0, size.width(), size.height())
        whole.moveCenter(place.center())
        painter.drawImage(whole, image)
        painter.restore()

    def _paint_text(self, painter: QPainter, place: QRect) -> None:
        height = self.fontMetrics().lineSpacing()
        bold = QFont(self.font())
        bold.setBold(True)
        lines = [self._title, *self.words, one_line(str(self.path.parent))]
        shown = [line for line in lines if line]
        top = place.top() + (place.height() - len(shown) * height) // 2
        for number, line in enumerate(shown):
            painter.setFont(bold if number == 0 else self.font())
            painter.setPen(self.palette().buttonText().color() if number == 0 else quiet_text(self.palette()))
            room = QRect(place.left(), top + number * height, place.width(), height)
            text = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)


class RecentCards(QWidget):
    """A heading and the cards below it; hidden while there is none.

    Signals:
        chosen: The path of a card that was pressed.

    Args:
        title: The heading.
        icon: Shown on a card until there is a photo.
        parent: The owner.
    """

    chosen = Signal(object)

    def __init__(self, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._paths: tuple[Path, ...] | None = None
        self.cards: list[RecentCard] = []
        self._loader = ThumbnailLoader(1, self)
        self._loader.loaded.connect(self._on_loader_loaded)
        self._items = RecentItems(self)
        self._items.described.connect(self._on_items_described)
        self._holder = QWidget()
        self._flow = FlowLayout(self._holder)
        self._flow.setSpacing(GRID)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addWidget(card_heading(title))
        column.addWidget(self._holder)
        self._fit()
        self.hide()

    def show_paths(self, paths: Sequence[Path]) -> None:
        """Show one card for each path, and look at all of them anew."""
        if tuple(paths) != self._paths:
            self._paths = tuple(paths)
            for card in self.cards:
                self._flow.removeWidget(card)
                card.deleteLater()
            self.cards = [self._card(path) for path in paths]
            self.setVisible(bool(paths))
        for path in paths:
            self._items.look_at(path)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        self._loader.set_size(round(self.fontMetrics().lineSpacing() * _LINES * 1.5 * self.devicePixelRatioF()))

    def _card(self, path: Path) -> RecentCard:
        card = RecentCard(path, self._icon, self._loader)
        card.clicked.connect(lambda: self.chosen.emit(path))
        self._flow.addWidget(card)
        return card

    @Slot(object)
    def _on_items_described(self, item: RecentItem) -> None:
        for card in self.cards:
            if card.path == item.path:
                card.show_item(item)
        self.setVisible(any(not card.isHidden() for card in self.cards))

    @Slot(object)
    def _on_loader_loaded(self, _path: Path) -> None:
        for card in self.cards:
            card.update()
