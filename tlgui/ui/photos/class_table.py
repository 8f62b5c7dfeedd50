"""The list of classes: choosing, finding and renaming them, and dropping photos on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection, Split
from tlgui.ui.grid.photo_drag import PhotoDrag, paint_drop_row
from tlgui.ui.photos.class_delegate import ClassDelegate, row_height
from tlgui.ui.photos.class_rows import HEADERS, NAME, PARTS, PHOTOS, TEST, ClassTableModel, Index, class_rows
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths, is_model_file
from tlgui.ui.widgets.sorted_table import SortedTable
from tlgui.ui.widgets.thumbnails import ThumbnailLoader

_LEAST_IN_LETTERS = 20
# The least room for a name; with more, a thumbnail stands before it.
_NAME_LETTERS, _LETTERS_WITH_PHOTO = 16, 18


class _AllFirst(QSortFilterProxyModel):
    """Sorts and filters the classes, and keeps the row of all photos at the top."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def show_only(self, text: str) -> None:
        """Show only classes whose name has a text in it, in any case."""
        self._text = text.strip().casefold()
        self.invalidate()

    @override
    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if source_row == 0 or not self._text:
            return True
        name = str(self.sourceModel().index(source_row, NAME).data())
        return self._text in name.casefold()

    @override
    def lessThan(self, left: Index, right: Index) -> bool:
        if 0 in {left.row(), right.row()}:
            is_ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return (left.row() == 0) is is_ascending
        return super().lessThan(left, right)


class ClassTable(SortedTable):
    """The table; one class, several, or all photos can be chosen.

    Signals:
        chosen: Other rows were chosen.
        rename_requested: The present name of a class, and the name to show it under.
        photos_dropped: The class that photos of the grid were dropped on.
        files_dropped: The class that files or folders from outside were dropped on, and these.

    Args:
        parent: The owner.

    Attributes:
        has_folders: Whether the classes are folders, to which photos can be added.
    """

    chosen = Signal()
    rename_requested = Signal(str, str)
    photos_dropped = Signal(str)
    files_dropped = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.rows_model = ClassTableModel()
        self._order = _AllFirst()
        self._loader: ThumbnailLoader | None = None
        super().__init__("Classes of the collection", self.rows_model, parent, self._order)
        # The bars show the counts too: where there is little width, the names come first, and nothing scrolls sideways.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._loader = ThumbnailLoader(1, self)
        self._loader.loaded.connect(self._on_loader_loaded)
        self._shows_parts = False
        self._delegate = ClassDelegate(self._loader, self)
        self.setItemDelegateForColumn(NAME, self._delegate)
        self._fit_rows()
        self.has_folders = True
        self._is_filling = False
        self._drop_row = QPersistentModelIndex()
        self._shown: tuple[Collection, Split | None] | None = None
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.horizontalHeader().setStretchLastSection(False)
        self._name_width = self._count_width = 0
        self.rows_model.renamed.connect(self.rename_requested)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def show_collection(self, collection: Collection, split: Split | None) -> None:
        """Show the classes of `collection` with their counts in `split`.

        The chosen classes stay chosen, also under another name. Once none of them exists, all photos are chosen.
        """
        # Counting 100,000 photos takes noticeable time.
        if self._shown is not None and self._shown[0] is collection and self._shown[1] is split:
            return
        self._shown = collection, split
        self.has_folders = not collection.layout.is_labelled
        rows = class_rows(collection, split)
        if rows == self.rows_model.rows:
            return
        before, folders = self.chosen_classes(), self._chosen_folders()
        with self._filling():
            self.rows_model.set_rows(rows)
            self._show_columns()
            if folders is not None:
                self.choose(frozenset(row.name for row in rows if row.name is not None and row.folder_name in folders))
        if self.chosen_classes() != before:
            self.chosen.emit()

    def show_parts(self, is_shown: object) -> None:
        """Show or hide the columns with the parts of the split."""
        self._shows_parts = bool(is_shown)
        self._show_columns()

    def show_only(self, text: str) -> None:
        """Show only classes whose name has a text in it, in any case; without any of the chosen ones, choose all."""
        had_choice = self.has_choice
        self._order.show_only(text)
        if had_choice and not self.has_choice:
            self.choose(frozenset())

    def forget_thumbnails(self) -> None:
        """Drop the thumbnails, for another collection."""
        if self._loader is not None:
            self._loader.forget()

    @property
    def has_choice(self) -> bool:
        """Whether a class, or all photos, is chosen."""
        return self.selectionModel().hasSelection()

    def chosen_classes(self) -> frozenset[str]:
        """Return the chosen classes; empty for all photos."""
        chosen = [self.rows_model.rows[row].name for row in self._chosen_rows()]
        names = frozenset(name for name in chosen if name is not None)
        return frozenset() if None in chosen else names

    def only_class(self) -> str | None:
        """Return the chosen class, or None if none or several are chosen."""
        names = self.chosen_classes()
        return next(iter(names)) if len(names) == 1 else None

    def choose(self, names: frozenset[str]) -> None:
        """Choose classes, or all photos if none of them exists."""
        rows = [row for row, shown in enumerate(self.rows_model.rows) if shown.name in names] or [0]
        selection = QItemSelection()
        places = [self._sorted.mapFromSource(self.rows_model.index(row, NAME)) for row in rows]
        for place in places:
            selection.select(place, place.siblingAtColumn(len(HEADERS) - 1))
        no_update = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(places[0], no_update)
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def rename(self) -> None:
        """Edit the shown name of the chosen class."""
        name = self.only_class()
        for row, shown in enumerate(self.rows_model.rows):
            if name is not None and shown.name == name:
                self.setFocus()
                self.edit(self._sorted.mapFromSource(self.rows_model.index(row, NAME)))

    def accept_photos_from(self, drag: PhotoDrag[Any]) -> None:
        """Accept photos on the rows of classes: from a grid, see `photos_dropped`, and files, see `files_dropped`."""

        def accepts(_data: QMimeData, position: QPoint) -> bool:
            name = self._class_at(position)
            return name is not None and drag.can_move_to(name)

        def accepts_files(_data: QMimeData, position: QPoint) -> bool:
            return self.has_folders and self._class_at(position) is not None

        rules = [
            DropRule(drag.is_own, self._on_photos_dropped, accepts, Qt.DropAction.MoveAction),
            DropRule(_is_of_files, self._on_files_dropped, accepts_files),
        ]
        DropTarget(self, rules).hovered.connect(self._on_hovered)
        # Qt would also mark rows that do not accept the photos; see `paintEvent`.
        self.setDropIndicatorShown(False)

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
        self._fit_names()
        super().resizeEvent(event)

    @override
    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height(self))
        if self._loader is not None:
            self._loader.set_size(round(ClassDelegate.side(self) * self.devicePixelRatioF()))

    @override
    def least_name_width(self) -> int:
        return self._name_width

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(40 * letter, 14 * line)

    @override
    def minimumSizeHint(self) -> QSize:
        # The columns of names and of counts must stay visible.
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        width = self._name_width + self._count_width + 2 * self.frameWidth()
        return QSize(min(width, _LEAST_IN_LETTERS * letter), 6 * line)

    def _class_at(self, position: QPoint) -> str | None:
        """Return the class at a position of the viewport; None on the row of all photos and outside the rows."""
        index = self.indexAt(position)
        return self.rows_model.rows[self._sorted.mapToSource(index).row()].name if index.isValid() else None

    def _on_photos_dropped(self, _data: QMimeData, position: QPoint) -> None:
        self.photos_dropped.emit(self._class_at(position))

    def _on_files_dropped(self, data: QMimeData, position: QPoint) -> None:
        self.files_dropped.emit(self._class_at(position), dropped_paths(data))

    @Slot(object)
    def _on_hovered(self, position: QPoint | None) -> None:
        """Mark the row under the mouse, which accepts what is dragged."""
        index = self.indexAt(position) if position is not None else QModelIndex()
        row = QPersistentModelIndex(index.siblingAtColumn(NAME))
        if row != self._drop_row:
            self._drop_row = row
            self.viewport().update()

    def _chosen_folders(self) -> frozenset[str] | None:
        """Return the folder names of the chosen classes; empty for all photos, None if nothing is chosen."""
        rows = [self.rows_model.rows[row] for row in self._chosen_rows()]
        if not rows:
            return None
        return frozenset() if any(row.name is None for row in rows) else frozenset(row.folder_name for row in rows)

    def _chosen_rows(self) -> list[int]:
        return [self._sorted.mapToSource(index).row() for index in self.selectionModel().selectedRows()]

    def _show_columns(self) -> None:
        rows = self.rows_model.rows
        for column in PARTS:
            # Most collections have no test photos.
            has_some = column != TEST or (bool(rows) and bool(rows[0].counts[TEST - 1]))
            self.setColumnHidden(column, not (self._shows_parts and has_some))
        self._fit_columns()

    def _fit_columns(self) -> None:
        self.showColumn(PHOTOS)
        for column in range(PHOTOS, len(HEADERS)):
            if not self.isColumnHidden(column):
                self.resizeColumnToContents(column)
        self._count_width = self.columnWidth(PHOTOS)
        self._fit_names()
        self.fill_width()
        self.updateGeometry()

    def _fit_names(self) -> None:
        """Leave the thumbnails out where the names need their room, and then the counts, which the bars show too."""
        letter, side = self.fontMetrics().averageCharWidth(), ClassDelegate.side(self)
        room = self.viewport().width() - sum(self.columnWidth(column) for column in PARTS) - self._count_width
        self._delegate.shows_photos = room >= side + _LETTERS_WITH_PHOTO * letter
        self.setColumnHidden(PHOTOS, room < _NAME_LETTERS * letter and not self._shows_parts)
        self._name_width = _NAME_LETTERS * letter + (side if self._delegate.shows_photos else 0)

    @contextmanager
    def _filling(self) -> Iterator[None]:
        self._is_filling = True
        yield
        self._is_filling = False

    @Slot(object)
    def _on_loader_loaded(self, _path: object) -> None:
        self.viewport().update()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._is_filling:
            self.chosen.emit()


def _is_of_files(data: QMimeData) -> bool:
    return bool(dropped_paths(data)) and not is_model_file(data)
