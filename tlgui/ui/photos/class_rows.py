"""The rows of the table of classes as a model: each class with its count by part, and all photos together on top."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection, Part, PhotoClass, Split
from tlgui.photos.names import shown_name, typed_name
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.sorted_table import SORT_ROLE

Index = QModelIndex | QPersistentModelIndex

ALL_PHOTOS = "All photos"
HEADERS = ("Class", "Photos", "Training", "Validation", "Test")
NAME, PHOTOS, TEST = 0, 1, len(HEADERS) - 1
PARTS = range(PHOTOS + 1, len(HEADERS))
"""The columns with the parts of the split."""

PHOTO_ROLE = Qt.ItemDataRole.UserRole + 1
"""The first photo of a class, a `Path`; None for all photos together."""

SHARE_ROLE = Qt.ItemDataRole.UserRole + 2
"""The number of photos as a share of the largest class, 0 to 1; None for all photos together."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The content of one row.

    Args:
        name: The class; None for all photos together.
        counts: The number of photos, then of those for training, validation and test; None if there is no split.
        folder_name: The name of the folder of the class.
        photo: Its first photo.
    """

    name: str | None
    counts: tuple[int | None, ...]
    folder_name: str = ""
    photo: Path | None = None


def class_rows(collection: Collection, split: Split | None) -> list[ClassRow]:
    """Return a row for all photos and one for each class.

    Args:
        collection: The photos.
        split: The split; None if it is not known.
    """
    by_part = split.class_counts if split else {}
    together = tuple(len(split.part(part)) if split else None for part in Part)
    rows = [
        ClassRow(
            photo_class.name,
            (len(photo_class.photos), *(by_part[part].get(photo_class.name, 0) if by_part else None for part in Part)),
            _folder_name(photo_class),
            photo_class.photos[0].path if photo_class.photos else None,
        )
        for photo_class in collection.classes
    ]
    return [ClassRow(None, (collection.photo_count, *together)), *rows]


class ClassTableModel(QAbstractTableModel):
    """The model of the table; editing a name emits `renamed`.

    Signals:
        renamed: The present name of a class, and the name to show it under.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ClassRow] = []
        self._most = 1
        self.can_rename = True

    @property
    def rows(self) -> list[ClassRow]:
        """Every row, unsorted."""
        return self._rows

    def set_rows(self, rows: list[ClassRow]) -> None:
        """Replace the rows."""
        self.beginResetModel()
        self._rows = rows
        self._most = max((row.counts[0] or 0 for row in rows if row.name is not None), default=1)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(HEADERS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADERS[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_class = index.column() == NAME and self._rows[index.row()].name is not None
        return flags | Qt.ItemFlag.ItemIsEditable if is_class and self.can_rename else flags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if column == NAME:
            return self._share(row) if role == SHARE_ROLE else _name_data(row, role)
        return _count_data(row.counts[column - 1], role)

    def _share(self, row: ClassRow) -> float | None:
        return (row.counts[0] or 0) / max(1, self._most) if row.name is not None else None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name, shown = self._rows[index.row()].name, typed_name(str(value))
        if role != Qt.ItemDataRole.EditRole or name is None:
            return False
        if shown != name:
            # The row changes when the collection is read again.
            self.renamed.emit(name, shown)
        return True


def _folder_name(photo_class: PhotoClass) -> str:
    return shown_name(photo_class.folders[0]) if photo_class.folders else photo_class.name


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def _name_data(row: ClassRow, role: int) -> object:
    name = row.name if row.name is not None else ALL_PHOTOS
    if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, SORT_ROLE}:
        return name
    if role == PHOTO_ROLE:
        return row.photo
    if role == Qt.ItemDataRole.ToolTipRole:
        return plain_tip(_tip(row, name))
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return ", ".join([name, count("photo", row.counts[0] or 0), *_parts_in_words(row)])
    if role == Qt.ItemDataRole.FontRole and row.name is None:
        font = QFont()
        font.setBold(True)
        return font
    return None


def _tip(row: ClassRow, name: str) -> str:
    lines = [name]
    if row.name is not None and row.name != row.folder_name:
        lines.append(f"The folder is called {row.folder_name}")
    parts = ", ".join(_parts_in_words(row))
    lines.append(f"{count('photo', row.counts[0] or 0)}{f': {parts}' if parts else ''}")
    return "\n".join(lines)


def _parts_in_words(row: ClassRow) -> list[str]:
    """Return how many photos are for each part; nothing where the split is not known."""
    parts = zip(Part, row.counts[1:], strict=True)
    return [f"{number:,} for {part.value}" for part, number in parts if number]


def _count_data(photos: int | None, role: int) -> object:
    if role == SORT_ROLE:
        return -1 if photos is None else photos
    if role == Qt.ItemDataRole.DisplayRole:
        return "—" if photos is None else f"{photos:,}"
    return None
