"""The results of each class: a table that can be sorted by any column."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from tlgui.learning.assessment.wilson import wilson_interval
from tlgui.learning.results import ClassResult, Interval
from tlgui.photos.names import one_line
from tlgui.text.accuracy import interval_ends, share_or_none
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.sorted_table import SORT_ROLE, SortedTable, column_alignment

Index = QModelIndex | QPersistentModelIndex

_COLUMNS = (
    ("Class", "The class"),
    ("Photos", "How many of its photos the model was judged by"),
    ("Recognised", "Of the photos of this class, how many the model recognised (recall)"),
    ("Likely between", "Where the share recognised lies for other photos like these, in 19 of 20 cases"),
    ("Correct when it says this", "Of the photos the model gave this name, how many deserve it (precision)"),
)
_NAME = 0
_RANGE = 3
_NAME_LETTERS = 30
_LEAST_NAME_LETTERS = 12
_FEWEST_LINES = 10
_LONG_TITLE = 12


class ClassResultsModel(QAbstractTableModel):
    """The rows of the table, one for each class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ClassResult, ...] = ()

    def set_rows(self, rows: tuple[ClassResult, ...]) -> None:
        """Show `rows` instead of what was there."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_COLUMNS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        title, help_text = _COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return _in_two_lines(title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column_alignment(section)
        return help_text if role == Qt.ItemDataRole.ToolTipRole else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = self._rows[index.row()], index.column()
        if role == SORT_ROLE:
            low = recall_interval(row).low if row.recall is not None else -1.0
            return (row.name, row.photo_count, _sorted_share(row.recall), low, _sorted_share(row.precision))[column]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(row)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(one_line(row.name) if column == _NAME else _recognised(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return column_alignment(column)
        return None


class ClassResultsTable(SortedTable):
    """The table itself; a click on a class, or Enter, asks for its photos where these are known.

    Signals:
        class_pressed: The name of the class whose photos are asked for.

    Args:
        parent: The owner.
    """

    class_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._rows = ClassResultsModel()
        super().__init__("How each class fared", self._rows, parent)
        self._is_openable = False
        self.clicked.connect(self._open)

    def set_openable(self, *, is_openable: bool) -> None:
        """Let a class ask for its photos, or not where they are not known."""
        self._is_openable = is_openable
        shape = Qt.CursorShape.PointingHandCursor if is_openable else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def show_results(self, results: tuple[ClassResult, ...]) -> None:
        """Show one row for each class."""
        self._rows.set_rows(results)
        self.fill_width()

    @override
    def fill_width(self) -> None:
        """Give each column its width; where there is too little, the titles are elided before anything scrolls."""
        header, columns = self.horizontalHeader(), tuple(range(_NAME + 1, len(_COLUMNS)))
        room = self.viewport().width() - self.least_name_width()
        # Qt leaves out what the style sheet adds to the last letter of a title.
        letter = self.fontMetrics().averageCharWidth()
        full = {
            column: max(header.sectionSizeHint(column) + letter, self.sizeHintForColumn(column)) for column in columns
        }
        # Where there is too little room the range is in the tooltips alone.
        self.setColumnHidden(_RANGE, room < sum(full.values()))
        columns = tuple(column for column in columns if not self.isColumnHidden(column))
        wanted = [full[column] for column in columns]
        least = [self.sizeHintForColumn(column) for column in columns]
        spare, missing = max(0, room - sum(least)), sum(wanted) - sum(least)
        share = min(1.0, spare / missing) if missing else 1.0
        # Qt measures the lines of a title as one, and would cut what has room.
        cut = Qt.TextElideMode.ElideRight if share < 1 else Qt.TextElideMode.ElideNone
        header.setTextElideMode(cut)
        for column, most, fewest in zip(columns, wanted, least, strict=True):
            self.setColumnWidth(column, fewest + int((most - fewest) * share))
        super().fill_width()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if self._is_openable:
            self.class_pressed.emit(index.siblingAtColumn(_NAME).data(SORT_ROLE))

    @override
    def least_name_width(self) -> int:
        return self.fontMetrics().averageCharWidth() * _LEAST_NAME_LETTERS

    @override
    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(super().minimumSizeHint().width(), _FEWEST_LINES * line)

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        numbers = sum(self.horizontalHeader().sectionSizeHint(column) for column in range(1, len(_COLUMNS)))
        return QSize(numbers + _NAME_LETTERS * letter, 10 * line)


def recall_interval(row: ClassResult) -> Interval:
    """Return the 95 % interval of the share of a class that was recognised; 0 to 1 without photos."""
    return wilson_interval(round((row.recall or 0.0) * row.photo_count), row.photo_count)


def _cells(row: ClassResult) -> tuple[str, ...]:
    low, high = interval_ends(recall_interval(row))
    between = f"{low} and {high} %" if row.recall is not None else "—"
    return (
        one_line(row.name),
        f"{row.photo_count:,}",
        share_or_none(row.recall),
        between,
        share_or_none(row.precision),
    )


def _recognised(row: ClassResult) -> str:
    if row.recall is None:
        return f"It was judged by no photo of “{one_line(row.name)}”."
    low, high = interval_ends(recall_interval(row))
    right = round(row.recall * row.photo_count)
    photos = count("photo", row.photo_count)
    return f"{right:,} of {photos} of “{one_line(row.name)}” recognised; likely between {low} and {high} %."


def _in_two_lines(title: str) -> str:
    """Return a long title broken at the space nearest its middle, so that the column stays narrow."""
    spaces = [place for place, letter in enumerate(title) if letter == " "]
    if len(title) <= _LONG_TITLE or not spaces:
        return title
    middle = min(spaces, key=lambda place: abs(place - len(title) / 2))
    return f"{title[:middle]}\n{title[middle + 1 :]}"


def _sorted_share(share: float | None) -> float:
    """Return what a share is sorted by; an unknown one is below all others."""
    return -1.0 if share is None else share
