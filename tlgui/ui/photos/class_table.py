"""The classes of a collection with their counts by part; each can be shown under another name than its folder's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection, Part, PhotoClass, Split
from tlgui.photos.names import shown_name, typed_name
from tlgui.text.numbers import count
from tlgui.ui.photos.photo_drag import PhotoDrag, paint_drop_row
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.sorted_table import SORT_ROLE, SortedTable

Index = QModelIndex | QPersistentModelIndex

ALL_PHOTOS = "All photos"
_HEADERS = ("Class", "Photos", "Training", "Validation", "Test")
_NAME, _PHOTOS, _TEST = 0, 1, len(_HEADERS) - 1
_LEAST_IN_LETTERS = 30
_WIDEST_IN_LETTERS = 36


@dataclass(frozen=True, slots=True)
class ClassRow:
    """What one row shows.

    Args:
        name: The class; None for all photos together.
        counts: Its photos, then those for training, validation and test; None where there is no split.
        folder_name: What its folder is called.
    """

    name: str | None
    counts: tuple[int | None, ...]
    folder_name: str = ""


def class_rows(collection: Collection, split: Split | None) -> list[ClassRow]:
    """Return a row for all photos and one for each class.

    Args:
        collection: The photos.
        split: Who is used for what, or None where nobody knows.
    """
    by_part = {part: Counter(photo.class_name for photo in split.part(part)) for part in Part} if split else {}
    together = tuple(by_part[part].total() if by_part else None for part in Part)
    rows = [
        ClassRow(
            photo_class.name,
            (len(photo_class.photos), *(by_part[part][photo_class.name] if by_part else None for part in Part)),
            _folder_name(photo_class),
        )
        for photo_class in collection.classes
    ]
    return [ClassRow(None, (collection.photo_count, *together)), *rows]


class ClassTableModel(QAbstractTableModel):
    """The rows of the table; editing a name asks to show the class under another one."""

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClassRow] = []
        self.can_rename = True

    @property
    def rows(self) -> list[ClassRow]:
        """Every row, unsorted."""
        return self._rows

    def set_rows(self, rows: list[ClassRow]) -> None:
        """Show `rows` instead of what was there."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_HEADERS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _HEADERS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_class = index.column() == _NAME and self._rows[index.row()].name is not None
        return flags | Qt.ItemFlag.ItemIsEditable if is_class and self.can_rename else flags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if column == _NAME:
            return _name_data(row, role)
        return _count_data(row.counts[column - 1], role)

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name, shown = self._rows[index.row()].name, typed_name(str(value))
        if role != Qt.ItemDataRole.EditRole or name is None:
            return False
        if shown != name:
            # The name changes once it is kept.
            self.renamed.emit(name, shown)
        return True


class _AllFirst(QSortFilterProxyModel):
    """Sorts the classes, and keeps all photos together at the top."""

    @override
    def lessThan(self, left: Index, right: Index) -> bool:
        if 0 in {left.row(), right.row()}:
            is_ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return (left.row() == 0) is is_ascending
        return super().lessThan(left, right)


class ClassTable(SortedTable):
    """The table itself; one class, several, or all can be chosen.

    Args:
        parent: The owner.
    """

    chosen = Signal()
    rename_requested = Signal(str, str)
    photos_dropped = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rows_model = ClassTableModel()
        super().__init__("Classes of the collection", self.rows_model, parent, _AllFirst())
        self._is_filling = False
        self._photo_drag: PhotoDrag | None = None
        self._drop_row = QPersistentModelIndex()
        self._shown: tuple[Collection, Split | None] | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.horizontalHeader().setStretchLastSection(False)
        self._name_width = 0
        line = self.fontMetrics().height()
        self.verticalHeader().setMinimumSectionSize(line + line // 2)
        self.verticalHeader().setDefaultSectionSize(line + line // 2)
        self.rows_model.renamed.connect(self.rename_requested)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def show_collection(self, collection: Collection, split: Split | None) -> None:
        """Show the classes of `collection` with their counts under `split`; what was chosen stays chosen."""
        # To count a hundred thousand photos takes a moment.
        if self._shown is not None and self._shown[0] is collection and self._shown[1] is split:
            return
        self._shown = collection, split
        rows = class_rows(collection, split)
        if rows == self.rows_model.rows:
            return
        before, had_choice = self.chosen_classes(), self.has_choice
        with self._filling():
            self.rows_model.set_rows(rows)
            # A column of zeros says nothing.
            self.setColumnHidden(_TEST, not rows[0].counts[_TEST - 1])
            self._fit_columns()
            if had_choice:
                self.choose(before)

    @property
    def has_choice(self) -> bool:
        """Whether a class, or all of them, is chosen."""
        return self.selectionModel().hasSelection()

    def chosen_classes(self) -> frozenset[str]:
        """Return the chosen classes; none for all photos."""
        chosen = [self.rows_model.rows[row].name for row in self._chosen_rows()]
        names = frozenset(name for name in chosen if name is not None)
        return frozenset() if None in chosen else names

    def only_class(self) -> str | None:
        """Return the one class that is chosen, or None where there are none or several."""
        names = self.chosen_classes()
        return next(iter(names)) if len(names) == 1 else None

    def choose(self, names: frozenset[str]) -> None:
        """Choose classes; all photos where none of them is there."""
        rows = [row for row, shown in enumerate(self.rows_model.rows) if shown.name in names] or [0]
        selection = QItemSelection()
        places = [self._sorted.mapFromSource(self.rows_model.index(row, _NAME)) for row in rows]
        for place in places:
            selection.select(place, place.siblingAtColumn(len(_HEADERS) - 1))
        no_update = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(places[0], no_update)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def rename(self) -> None:
        """Let the user type what the chosen class is to be shown as."""
        name = self.only_class()
        for row, shown in enumerate(self.rows_model.rows):
            if name is not None and shown.name == name:
                self.setFocus()
                self.edit(self._sorted.mapFromSource(self.rows_model.index(row, _NAME)))

    def take_photos_from(self, drag: PhotoDrag) -> None:
        """Let photos be dropped on the rows of classes; `photos_dropped` says on which."""
        self._photo_drag = drag
        self.setAcceptDrops(True)
        # The whole row is marked instead, and only where it takes the photos.
        self.setDropIndicatorShown(False)

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Its rows are told apart as it moves; files from outside are for the page.
        event.setAccepted(self._photo_drag is not None and self._photo_drag.is_own(event.mimeData()))

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        # Qt scrolls near the edges; it takes nothing by itself.
        super().dragMoveEvent(event)
        name = self._class_taking(event)
        self._mark(self.indexAt(event.position().toPoint()) if name is not None else QModelIndex())
        if name is not None:
            event.setDropAction(Qt.DropAction.MoveAction)
            event.accept()

    @override
    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._mark(QModelIndex())

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        name = self._class_taking(event)
        self._mark(QModelIndex())
        super().dropEvent(event)
        event.setAccepted(name is not None)
        if name is not None:
            event.setDropAction(Qt.DropAction.MoveAction)
            self.photos_dropped.emit(name)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._drop_row.isValid():
            painter = QPainter(self.viewport())
            area = self.visualRect(self._drop_row)
            area.setLeft(0)
            area.setRight(self.viewport().width() - 1)
            paint_drop_row(painter, area, self.palette())
            painter.end()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill_width()

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(56 * letter, 14 * line)

    @override
    def minimumSizeHint(self) -> QSize:
        # Names and how many photos there are are always seen.
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        width = self._name_width + self.columnWidth(_PHOTOS) + 2 * self.frameWidth()
        return QSize(min(width, _LEAST_IN_LETTERS * letter), 6 * line)

    def _class_taking(self, event: QDropEvent) -> str | None:
        """Return the class under the mouse that takes the photos that are dragged, if there is one."""
        drag, index = self._photo_drag, self.indexAt(event.position().toPoint())
        if drag is None or not index.isValid() or not drag.is_own(event.mimeData()):
            return None
        name = self.rows_model.rows[self._sorted.mapToSource(index).row()].name
        return name if name is not None and drag.can_go_to(name) else None

    def _mark(self, index: QModelIndex) -> None:
        """Show which row would take what is dragged."""
        row = QPersistentModelIndex(index.siblingAtColumn(_NAME))
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def _chosen_rows(self) -> list[int]:
        return [self._sorted.mapToSource(index).row() for index in self.selectionModel().selectedRows()]

    def _fit_columns(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for column in range(len(_HEADERS)):
            if not self.isColumnHidden(column):
                self.resizeColumnToContents(column)
        self._name_width = min(self.columnWidth(_NAME) + letter, _WIDEST_IN_LETTERS * letter)
        self._fill_width()
        self.updateGeometry()

    def _fill_width(self) -> None:
        """Give the names what the counts leave; where that is too little, the table scrolls."""
        counts = sum(self.columnWidth(column) for column in range(_NAME + 1, len(_HEADERS)))
        self.setColumnWidth(_NAME, max(self._name_width, self.viewport().width() - counts))

    @contextmanager
    def _filling(self) -> Iterator[None]:
        self._is_filling = True
        yield
        self._is_filling = False

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._is_filling:
            self.chosen.emit()


def _folder_name(photo_class: PhotoClass) -> str:
    return shown_name(photo_class.folders[0]) if photo_class.folders else photo_class.name


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == _NAME else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _name_data(row: ClassRow, role: int) -> object:
    name = row.name if row.name is not None else ALL_PHOTOS
    if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, SORT_ROLE}:
        return name
    if role == Qt.ItemDataRole.ToolTipRole and row.name is not None:
        return plain_tip(name if name == row.folder_name else f"{name}\nThe folder is called {row.folder_name}")
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return f"{name}, {count('photo', row.counts[0] or 0)}"
    if role == Qt.ItemDataRole.FontRole and row.name is None:
        font = QFont()
        font.setBold(True)
        return font
    return None


def _count_data(photos: int | None, role: int) -> object:
    if role == SORT_ROLE:
        return -1 if photos is None else photos
    if role == Qt.ItemDataRole.DisplayRole:
        return "—" if photos is None else f"{photos:,}"
    return None
