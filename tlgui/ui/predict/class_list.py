"""The classes that a photo can be named as: each with its share as a bar, and the keys that choose it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from tlgui.photos.names import one_line
from tlgui.text.numbers import whole_percent
from tlgui.ui.board.columns import BoardPhoto
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.row_background import paint_row_background
from tlgui.ui.widgets.tokens import GRID, Accent, colour, mixed, quiet_text

Index = QModelIndex | QPersistentModelIndex

LINE_ROLE = Qt.ItemDataRole.UserRole
_SHOWN_LINES = 10
_FEWEST_LETTERS = 22
_CHOOSING_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}
_MOVING_KEYS = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}


@dataclass(frozen=True, slots=True)
class ClassLine:
    """One class.

    Args:
        name: The class.
        keys: What is pressed to choose it; may be empty.
        share: How long its bar is, 0..1; None for no bar.
        figure: The share in words, such as “93 %”; empty for none.
        is_answer: Whether the photo is named as it.
        is_decided: Whether the person said so.
    """

    name: str
    keys: tuple[str, ...] = ()
    share: float | None = None
    figure: str = ""
    is_answer: bool = False
    is_decided: bool = False

    def spoken(self) -> str:
        """Return the line as a screen reader says it."""
        answer = "your answer" if self.is_decided else "the answer" if self.is_answer else ""
        keys = f"key {' or '.join(self.keys)}" if self.keys else ""
        return ", ".join(filter(None, [one_line(self.name), self.figure, answer, keys]))


def lines_of_photo(photo: BoardPhoto, names: Sequence[str], keys: Mapping[str, tuple[str, ...]]) -> list[ClassLine]:
    """Return the lines for one photo: its most probable classes first, then all others in their order.

    Args:
        photo: The photo.
        names: All classes.
        keys: The keys of each class.
    """
    lines = [
        ClassLine(
            score.class_name,
            keys.get(score.class_name, ()),
            score.probability,
            whole_percent(score.probability),
            score.class_name == photo.answer,
            photo.is_decided and score.class_name == photo.answer,
        )
        for score in photo.scores
    ]
    scored = {line.name for line in lines}
    for name in names:
        if name not in scored:
            is_answer = name == photo.answer
            lines.append(ClassLine(name, keys.get(name, ()), None, "", is_answer, photo.is_decided and is_answer))
    return lines


def lines_of_photos(
    answers: Mapping[str, int], total: int, names: Sequence[str], keys: Mapping[str, tuple[str, ...]]
) -> list[ClassLine]:
    """Return the lines for several photos: the classes among them first, those of most photos before others.

    Args:
        answers: The number of photos by class.
        total: How many photos there are.
        names: All classes.
        keys: The keys of each class.
    """
    ranked = sorted(names, key=lambda name: -answers.get(name, 0))
    return [
        ClassLine(name, keys.get(name, ()), answers[name] / total, f"{answers[name]:,}", is_answer=True)
        if name in answers
        else ClassLine(name, keys.get(name, ()))
        for name in ranked
    ]


class _ClassModel(QAbstractListModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[ClassLine] = []

    def show(self, lines: Sequence[ClassLine]) -> None:
        """Replace all lines."""
        if len(lines) != len(self.lines):
            self.beginResetModel()
            self.lines = list(lines)
            self.endResetModel()
        elif lines:
            self.lines = list(lines)
            self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(one_line(line.name))
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return line.spoken()
        return None


class _ClassDelegate(QStyledItemDelegate):
    """Paints a class: its keys, its name, its figure, and its bar below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key_columns = 0

    @override
    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(1, line_height(option.fontMetrics))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line = index.data(LINE_ROLE)
        assert isinstance(line, ClassLine)
        painter.save()
        if option.state & QStyle.StateFlag.State_MouseOver and option.state & QStyle.StateFlag.State_Enabled:
            painter.fillRect(option.rect, mixed(option.palette.base().color(), option.palette.text().color(), 0.06))
        paint_row_background(painter, option)
        gap = GRID
        area = option.rect.adjusted(gap, 0, -gap, 0)
        text = QRect(area.left(), area.top(), area.width(), area.height() - _bar_height(option.fontMetrics) - GRID // 2)
        text.setLeft(self._paint_keys(painter, text, option, line.keys) + gap)
        self._paint_text(painter, text, option, line)
        if line.share is not None:
            place = QRect(text.left(), text.bottom() + 1, area.right() - text.left(), _bar_height(option.fontMetrics))
            _paint_bar(painter, place, option.palette, line.share, is_strong=line.is_answer)
        painter.restore()

    def _paint_keys(self, painter: QPainter, place: QRect, option: QStyleOptionViewItem, keys: Sequence[str]) -> int:
        """Paint the keys as caps, and return where the name begins."""
        metrics, palette = option.fontMetrics, option.palette
        side = key_width(metrics)
        for number, key in enumerate(keys):
            cap = QRect(place.left() + number * (side + GRID // 2), place.top(), side, metrics.height())
            cap.moveCenter(QRect(cap.left(), place.top(), side, place.height()).center())
            painter.setPen(mixed(palette.base().color(), palette.text().color(), 0.35))
            painter.drawRoundedRect(cap, 3, 3)
            painter.setPen(quiet_text(palette))
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, key)
        return place.left() + self.key_columns * (side + GRID // 2)

    def _paint_text(self, painter: QPainter, place: QRect, option: QStyleOptionViewItem, line: ClassLine) -> None:
        font = QFont(option.font)
        font.setBold(line.is_answer)
        painter.setFont(font)
        metrics, is_enabled = QFontMetrics(font), bool(option.state & QStyle.StateFlag.State_Enabled)
        group = QPalette.ColorGroup.Active if is_enabled else QPalette.ColorGroup.Disabled
        painter.setPen(option.palette.color(group, QPalette.ColorRole.Text))
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, right | Qt.AlignmentFlag.AlignVCenter, line.figure)
        room = place.width() - (metrics.horizontalAdvance(line.figure) + GRID if line.figure else 0)
        mark = "✓ " if line.is_decided else ""
        shown = metrics.elidedText(mark + one_line(line.name), Qt.TextElideMode.ElideMiddle, max(0, room))
        painter.drawText(
            QRect(place.left(), place.top(), room, place.height()), left | Qt.AlignmentFlag.AlignVCenter, shown
        )


class ClassList(QListView):
    """The classes: clicking one chooses it, as Enter does on the current one; ten are seen, and it scrolls to others.

    Signals:
        class_chosen: The photo is to be named as a class.

    Args:
        parent: The owner.
    """

    class_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _ClassModel(self)
        self._delegate = _ClassDelegate(self)
        self._is_second_click = False
        self.setModel(self._lines)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Classes: choose the one that is right")
        self.clicked.connect(self._on_clicked)

    @property
    def lines(self) -> Sequence[ClassLine]:
        """The classes, in order."""
        return self._lines.lines

    def show_lines(self, lines: Sequence[ClassLine], *, is_other: bool = True) -> None:
        """Show classes.

        Args:
            lines: The classes, in order.
            is_other: Whether they are of other photos than before; then the list is scrolled to its top.
        """
        had = len(self.lines)
        self._delegate.key_columns = max((len(line.keys) for line in lines), default=0)
        self._lines.show(lines)
        if is_other and lines:
            # With a current line, the first press of a key moves on from there.
            self.setCurrentIndex(self._lines.index(0))
            self.scrollToTop()
        if len(lines) != had:
            self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        rows = min(max(len(self.lines), 1), _SHOWN_LINES)
        frame = 2 * self.frameWidth() + self.contentsMargins().top() + self.contentsMargins().bottom()
        # Two pixels for the padding of the style's ring around what has the focus.
        return QSize(metrics.averageCharWidth() * _FEWEST_LETTERS, rows * line_height(metrics) + frame + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()
            self.updateGeometry()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._is_second_click = False
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # After the first click, the list may be of the next photo.
        self._is_second_click = True
        event.accept()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MOVING_KEYS:
            super().keyPressEvent(event)
        elif key in _CHOOSING_KEYS and self.currentIndex().isValid():
            self.class_chosen.emit(self.lines[self.currentIndex().row()].name)
        else:
            # The keys of classes are read by what the list stands in, and never search the list.
            event.ignore()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if not self._is_second_click:
            self.class_chosen.emit(self.lines[index.row()].name)


def line_height(metrics: QFontMetrics) -> int:
    """Return the height of the line of a class, in pixels."""
    return metrics.height() + _bar_height(metrics) + GRID + GRID // 2


def key_width(metrics: QFontMetrics) -> int:
    """Return the width of a key, in pixels."""
    return max(metrics.horizontalAdvance("W"), metrics.height()) + GRID // 4


def _bar_height(metrics: QFontMetrics) -> int:
    return max(3, metrics.height() // 4)


def _paint_bar(painter: QPainter, place: QRect, palette: QPalette, share: float, *, is_strong: bool) -> None:
    painter.fillRect(place, mixed(palette.base().color(), palette.text().color(), 0.08))
    filled = QRect(place.topLeft(), QSize(round(place.width() * share), place.height()))
    quiet = mixed(palette.base().color(), palette.text().color(), 0.45)
    painter.fillRect(filled, colour(Accent.INFO, palette) if is_strong else quiet)
