"""The mix-ups of a model as a list, the most frequent first."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget
from typing_extensions import override

from tlgui.learning.results import Evaluation
from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.tokens import GRID

Index = QModelIndex | QPersistentModelIndex

_MOST_LINES = 6
# Each row is laid out when the list is shown; the matrix has all of them.
_MOST_ROWS = 50
_OPENING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space})


@dataclass(frozen=True, slots=True)
class MixUp:
    """Photos of one class that were called another.

    Args:
        class_name: The class.
        named: What they were called.
        photo_count: How many they are.
        class_count: The photos of the class altogether.
    """

    class_name: str
    named: str
    photo_count: int
    class_count: int


def mix_ups(evaluation: Evaluation) -> tuple[MixUp, ...]:
    """Return the most frequent mix-ups, 50 at most; of equally frequent ones, those of the smaller class come first."""
    names = [result.name for result in evaluation.classes]
    found = [
        MixUp(names[row], names[column], photos, sum(entries))
        for row, entries in enumerate(evaluation.confusion)
        for column, photos in enumerate(entries)
        if photos and row != column
    ]
    return tuple(heapq.nsmallest(_MOST_ROWS, found, key=lambda mix_up: (-mix_up.photo_count, mix_up.class_count)))


class MixUpModel(QAbstractListModel):
    """The mix-ups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mix_ups: Sequence[MixUp] = ()
        self._has_photos = False

    @property
    def mix_ups(self) -> Sequence[MixUp]:
        """The mix-ups, in order."""
        return self._mix_ups

    def set_mix_ups(self, mix_ups: Sequence[MixUp], *, has_photos: bool) -> None:
        """Replace the mix-ups; with `has_photos`, each can show its photos."""
        self.beginResetModel()
        self._mix_ups, self._has_photos = mix_ups, has_photos
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._mix_ups)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        mix_up = self._mix_ups[index.row()]
        words = f"“{one_line(mix_up.class_name)}” called “{one_line(mix_up.named)}”"
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{words} {count('time', mix_up.photo_count)}"
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            total = count("photo", mix_up.class_count)
            told = f"{words}: {mix_up.photo_count:,} of its {total}."
            told = f"{told} Press to see them." if self._has_photos else told
            return plain_tip(told) if role == Qt.ItemDataRole.ToolTipRole else told
        return None


class MixUpList(QListView):
    """The list; a mix-up opens its photos where these are known.

    Signals:
        chosen: A mix-up was clicked, or Enter pressed on it, a `MixUp`.

    Args:
        parent: The owner.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = MixUpModel(self)
        self._has_photos = False
        self.setModel(self.rows)
        self.setAccessibleName("Mix-ups, the most frequent first")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(True)
        self.setSpacing(GRID // 2)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(self._choose)

    def show_mix_ups(self, mix_ups: Sequence[MixUp], *, has_photos: bool) -> None:
        """Show mix-ups; with `has_photos`, each can show its photos."""
        if tuple(mix_ups) != tuple(self.rows.mix_ups) or has_photos != self._has_photos:
            self._has_photos = has_photos
            self.rows.set_mix_ups(mix_ups, has_photos=has_photos)
            self.setCurrentIndex(self.rows.index(0))
            self.clearSelection()
            self.updateGeometry()
        if has_photos:
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.viewport().unsetCursor()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _OPENING_KEYS and self.currentIndex().isValid():
            self._choose(self.currentIndex())
            event.accept()
            return
        super().keyPressEvent(event)

    @override
    def sizeHint(self) -> QSize:
        letter, rows = self.fontMetrics().averageCharWidth(), min(len(self.rows.mix_ups), _MOST_LINES)
        # Half a row more tells that there are more of them.
        share = 0.5 if len(self.rows.mix_ups) > _MOST_LINES else 0.0
        return QSize(50 * letter, round((rows + share) * self._row_height()) + 2 * self.frameWidth() + 6)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(20 * self.fontMetrics().averageCharWidth(), self.sizeHint().height())

    def _row_height(self) -> int:
        return max(self.sizeHintForRow(0), self.fontMetrics().height()) + 2 * self.spacing()

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if self._has_photos:
            self.chosen.emit(self.rows.mix_ups[index.row()])
