"""The confusion matrix: a table of counts, each tinted by its share of the row."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from tlgui.learning.results import Evaluation
from tlgui.photos.names import one_line
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.tokens import GRID, Accent, colour, mixed

Index = QModelIndex | QPersistentModelIndex

_NAME_LETTERS = 18
_DEEPEST_TINT = 0.55
_FEWEST_LINES = 12


def mix_ups(evaluation: Evaluation, most: int = 3) -> tuple[str, ...]:
    """Return the most frequent mix-ups, the worst first, such as “rose taken for tulip (12 photos)”."""
    names = [one_line(result.name) for result in evaluation.classes]
    wrong = [
        (photos, row, column)
        for row, entries in enumerate(evaluation.confusion)
        for column, photos in enumerate(entries)
        if row != column and photos
    ]
    wrong.sort(key=lambda entry: (-entry[0], entry[1:]))
    return tuple(
        f"{names[row]} taken for {names[column]} ({count('photo', photos)})" for photos, row, column in wrong[:most]
    )


class ConfusionModel(QAbstractTableModel):
    """The cells; rows are the true classes, columns the predicted ones."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        self._palette = QPalette()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of rows and columns."""
        return self._names

    @property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """The counts, row by row."""
        return self._counts

    def set_evaluation(self, evaluation: Evaluation) -> None:
        """Show the matrix of `evaluation`."""
        self.beginResetModel()
        self._names = tuple(one_line(result.name) for result in evaluation.classes)
        self._counts = evaluation.confusion
        self.endResetModel()

    def set_palette(self, palette: QPalette) -> None:
        """Mix the tints from the colours of `palette`."""
        self._palette = palette

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._counts)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._counts)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names[section]
        return plain_tip(self._names[section]) if role == Qt.ItemDataRole.ToolTipRole else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        photos = self._counts[row][column]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{photos:,}" if photos else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._description(row, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._description(row, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._tint(row, column)
        return None

    def _description(self, row: int, column: int) -> str:
        photos, all_photos = self._counts[row][column], sum(self._counts[row])
        how = "recognised" if row == column else f"taken for “{self._names[column]}”"
        return f"{photos:,} of {count('photo', all_photos)} of “{self._names[row]}” {how}."

    def _tint(self, row: int, column: int) -> QColor | None:
        photos, all_photos = self._counts[row][column], sum(self._counts[row])
        if not photos:
            return None
        accent = colour(Accent.TRAINING if row == column else Accent.VALIDATION, self._palette)
        share = photos / all_photos
        return mixed(self._palette.base().color(), accent, 0.1 + (_DEEPEST_TINT - 0.1) * share)


class ConfusionTable(QTableView):
    """The table; the names over the columns are written upwards, so that many classes fit.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Mix-ups: which classes were taken for which")
        self._rows = ConfusionModel(self)
        self._rows.set_palette(self.palette())
        self.setModel(self._rows)
        self.setHorizontalHeader(_UprightHeader(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(True)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._fit()

    def show_evaluation(self, evaluation: Evaluation) -> None:
        """Show the matrix of `evaluation`."""
        self._rows.set_evaluation(evaluation)
        self._fit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._rows.set_palette(self.palette())
            self.viewport().update()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(super().minimumSizeHint().width(), _FEWEST_LINES * line)

    @override
    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(30 * line, 14 * line)

    def _fit(self) -> None:
        """Fit the cells to their numbers, and the header to the names up to a limit."""
        metrics = self.fontMetrics()
        numbers = [metrics.horizontalAdvance(f"{max(row, default=0):,}") for row in self._rows.counts]
        side = max(metrics.height() * 3 // 2, max(numbers, default=0) + metrics.averageCharWidth() * 2)
        self.horizontalHeader().setMinimumSectionSize(side)
        self.horizontalHeader().setDefaultSectionSize(side)
        self.verticalHeader().setMinimumSectionSize(metrics.height() * 3 // 2)
        self.verticalHeader().setDefaultSectionSize(metrics.height() * 3 // 2)
        widest = max((metrics.horizontalAdvance(name) for name in self._rows.names), default=0)
        bound = metrics.averageCharWidth() * _NAME_LETTERS
        self.verticalHeader().setFixedWidth(min(widest + metrics.averageCharWidth() * 3 + 2 * GRID, bound))


class _UprightHeader(QHeaderView):
    """A header with the names of the columns written upwards."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)

    @override
    def sectionSizeFromContents(self, logical_index: int) -> QSize:
        metrics = self.fontMetrics()
        width = metrics.horizontalAdvance(self._name(logical_index)) + metrics.averageCharWidth() * 2
        return QSize(metrics.height() * 3 // 2, min(width, metrics.averageCharWidth() * _NAME_LETTERS))

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logical_index: int) -> None:
        metrics, palette = self.fontMetrics(), self.palette()
        painter.save()
        painter.fillRect(rect, palette.button())
        painter.setPen(mixed(palette.button().color(), palette.buttonText().color(), 0.2))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(palette.buttonText().color())
        painter.translate(rect.left(), rect.bottom())
        painter.rotate(-90)
        room = QRect(metrics.averageCharWidth(), 0, rect.height() - metrics.averageCharWidth(), rect.width())
        name = metrics.elidedText(self._name(logical_index), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        painter.restore()

    def _name(self, section: int) -> str:
        return str(self.model().headerData(section, Qt.Orientation.Horizontal))
