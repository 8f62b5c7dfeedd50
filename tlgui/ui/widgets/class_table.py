"""The classes of a collection: counts by part and a strip of thumbnails each, painted only where it is seen."""

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from tlgui.photos.collection import Collection, Part, Photo, Split
from tlgui.ui.colours import mixed
from tlgui.ui.widgets.sorted_table import SORT_ROLE, SortedTable
from tlgui.ui.widgets.thumbnails import ThumbnailLoader, centred
from tlgui.wording import count

Index = QModelIndex | QPersistentModelIndex

PHOTOS_ROLE = Qt.ItemDataRole.UserRole + 1
_SAMPLES = 24
_HEADERS = ("Class", "Photos", "Training", "Validation", "Test", "\N{EM SPACE}Samples")
_NAME, _SAMPLES_COLUMN = 0, len(_HEADERS) - 1
_LINES_A_ROW = 3
_WIDEST_IN_LETTERS = 36


@dataclass(frozen=True, slots=True)
class ClassRow:
    """What one row shows.

    Args:
        name: The class.
        counts: Its photos, then those for training, validation and test; None where there is no split.
        samples: A few of its photos, evenly taken.
    """

    name: str
    counts: tuple[int | None, ...]
    samples: tuple[Photo, ...]


def class_rows(collection: Collection, split: Split | None) -> list[ClassRow]:
    """Return a row for each class.

    Args:
        collection: The photos.
        split: Who is used for what, or None where the collection cannot be split.
    """
    by_part = {part: Counter(photo.class_name for photo in split.part(part)) for part in Part} if split else {}
    return [
        ClassRow(
            photo_class.name,
            (len(photo_class.photos), *(by_part[part][photo_class.name] if by_part else None for part in Part)),
            photo_class.photos[:: max(1, len(photo_class.photos) // _SAMPLES)][:_SAMPLES],
        )
        for photo_class in collection.classes
    ]


class ClassTableModel(QAbstractTableModel):
    """The rows of the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClassRow] = []

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
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if column == _NAME:
            return _name_data(row, role)
        if column == _SAMPLES_COLUMN:
            return _samples_data(row, role)
        return _count_data(row.counts[column - 1], role)


class ThumbnailDelegate(QStyledItemDelegate):
    """Paints the thumbnails of a row side by side, as many as fit.

    Args:
        loader: Where thumbnails come from.
        parent: The view.
    """

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loader = loader

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        photos = index.data(PHOTOS_ROLE)
        area: QRect = option.rect
        side = area.height() - 4
        place = QRect(area.left() + option.fontMetrics.averageCharWidth(), area.top() + 2, side, side)
        for photo in photos:
            if place.right() > area.right():
                break
            image = self._loader.image(photo.path)
            if image is None:
                empty = mixed(option.palette.base().color(), option.palette.text().color(), 0.1)
                painter.fillRect(place, empty)
            elif not image.isNull():
                painter.drawImage(centred(image, place), image)
            place.translate(side + 4, 0)


class ClassTable(SortedTable):
    """The table itself; follows the font and loads thumbnails only for rows that are seen.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rows = ClassTableModel()
        super().__init__("Classes of the collection", self._rows, parent)
        side = self.fontMetrics().height() * _LINES_A_ROW
        self._loader = ThumbnailLoader(round(side * self.devicePixelRatioF()), self)
        self._loader.loaded.connect(self._on_loader_loaded)
        self.setItemDelegateForColumn(_SAMPLES_COLUMN, ThumbnailDelegate(self._loader, self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setMinimumSectionSize(side + 4)
        self.verticalHeader().setDefaultSectionSize(side + 4)
        self.horizontalHeader().setStretchLastSection(True)

    def show_collection(self, collection: Collection, split: Split | None) -> None:
        """Show the classes of `collection` with their counts under `split`."""
        self._rows.set_rows(class_rows(collection, split))
        self._fit_columns()

    def forget_thumbnails(self) -> None:
        """Drop the pictures of the collection that was open before."""
        self._loader.forget()

    def _fit_columns(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for column in range(_SAMPLES_COLUMN):
            self.resizeColumnToContents(column)
            self.setColumnWidth(column, min(self.columnWidth(column) + 2 * letter, _WIDEST_IN_LETTERS * letter))

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(80 * letter, 14 * line)

    @Slot(object)
    def _on_loader_loaded(self, _path: object) -> None:
        # Qt gathers these into one repaint, and only of what is seen.
        self.viewport().update()


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column in {_NAME, _SAMPLES_COLUMN} else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _name_data(row: ClassRow, role: int) -> object:
    is_name = role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, SORT_ROLE}
    return row.name if is_name else None


def _count_data(photos: int | None, role: int) -> object:
    if role == SORT_ROLE:
        return -1 if photos is None else photos
    if role == Qt.ItemDataRole.DisplayRole:
        return "—" if photos is None else f"{photos:,}"
    return None


def _samples_data(row: ClassRow, role: int) -> object:
    if role == PHOTOS_ROLE:
        return row.samples
    if role == SORT_ROLE:
        return row.name
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return f"{count('sample photo', len(row.samples))} of {row.name}"
    return None
