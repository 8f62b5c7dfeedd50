"""The list of the runs of the collection, three lines each, with multiple selection."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from tlgui.learning.runs.run import LONGEST_NAME
from tlgui.photos.names import one_line
from tlgui.ui.text.run_words import RunRow, accessible_text, details_text, needs_attention, status_text
from tlgui.ui.widgets.plain_text import plain_tip
from tlgui.ui.widgets.row_background import paint_row_background
from tlgui.ui.widgets.tokens import Accent, colour, mixed

Index = QModelIndex | QPersistentModelIndex

ROW_ROLE = Qt.ItemDataRole.UserRole
_LINES = 3
_WIDTH_LETTERS = 36
_ACTIVE = "In use"


class RunModel(QAbstractListModel):
    """The rows.

    Signals:
        renamed: The row and the name that the user typed.
    """

    renamed = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[RunRow, ...] = ()

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All rows, in order."""
        return self._rows

    def set_rows(self, rows: tuple[RunRow, ...]) -> None:
        """Show `rows` instead of what was there."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        is_run = index.isValid() and self._rows[index.row()].run is not None
        return flags | Qt.ItemFlag.ItemIsEditable if is_run else flags

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.EditRole:
            return row.name
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return accessible_text(row, datetime.now().astimezone())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_tooltip(row))
        return None

    @override
    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        # The row shows the new name once the run has been stored under it.
        self.renamed.emit(self._rows[index.row()], str(value))
        return True


class RunDelegate(QStyledItemDelegate):
    """Paints a row: its name and whether it is active, its status, and its details."""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: RunRow = index.data(ROW_ROLE)
        metrics, palette = option.fontMetrics, option.palette
        painter.save()
        paint_row_background(painter, option)
        line, area = _line_height(metrics), _inner(option.rect, metrics)
        lines = [QRect(area.left(), area.top() + place * line, area.width(), line) for place in range(_LINES)]
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(bold)
        painter.setPen(palette.text().color())
        room = lines[0].adjusted(0, 0, -_active_width(metrics) if row.is_active else 0, 0)
        _paint_line(painter, room, QFontMetrics(bold), row.name)
        painter.setFont(option.font)
        if row.is_active:
            _paint_active(painter, lines[0], metrics, palette)
        painter.setPen(colour(Accent.ERROR, palette) if needs_attention(row) else palette.text().color())
        _paint_line(painter, lines[1], metrics, status_text(row))
        painter.setPen(mixed(palette.text().color(), palette.base().color(), 0.3))
        _paint_line(painter, lines[2], metrics, details_text(row, datetime.now().astimezone()))
        painter.restore()

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics
        return QSize(metrics.averageCharWidth() * 20, _line_height(metrics) * _LINES + 2 * _gap(metrics))

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName("Name of the training")
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(str(index.data(Qt.ItemDataRole.EditRole)))

    @override
    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text())

    @override
    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        area = _inner(option.rect, option.fontMetrics)
        height = max(editor.sizeHint().height(), _line_height(option.fontMetrics))
        editor.setGeometry(QRect(area.left() - 2, area.top() - 2, area.width() + 4, height))


class RunTable(QListView):
    """The list.

    Args:
        parent: The owner.
    """

    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = RunModel(self)
        self.setModel(self.rows_model)
        self.setItemDelegate(RunDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.setAccessibleName("Trainings of these photos")
        self._is_selecting = False
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All rows, in order."""
        return self.rows_model.rows

    def selected(self) -> tuple[RunRow, ...]:
        """Return the selected rows, in order."""
        chosen = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self.rows[place] for place in chosen)

    def show_rows(self, rows: tuple[RunRow, ...]) -> None:
        """Show `rows` and keep the selection; where no selected row is left, select the nearest one."""
        if rows == self.rows:
            return
        before, current = {row.id for row in self.selected()}, max(self.currentIndex().row(), 0)
        had_focus, top = self.currentIndex().isValid(), self.verticalScrollBar().value()
        current_id = self.rows[current].id if had_focus else ""
        self.rows_model.set_rows(rows)
        chosen = [place for place, row in enumerate(rows) if row.id in before]
        if not chosen and rows:
            chosen = [min(current, len(rows) - 1)]
        self._select(chosen, next((place for place in chosen if rows[place].id == current_id), -1))
        self.verticalScrollBar().setValue(top)

    def select_ids(self, ids: Sequence[str]) -> None:
        """Select the rows with these `ids` and no others."""
        self._select([place for place, row in enumerate(self.rows) if row.id in set(ids)], -1)

    def edit_name(self) -> None:
        """Let the user type another name for the only selected run, in its place."""
        indexes = self.selectionModel().selectedIndexes()
        if len(indexes) == 1:
            self.setFocus()
            self.edit(indexes[0])

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(letter * _WIDTH_LETTERS, line * 20)

    @override
    def minimumSizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        return QSize(letter * _WIDTH_LETTERS * 3 // 4, line * 8)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self.scheduleDelayedItemsLayout()

    def _select(self, places: Sequence[int], current: int) -> None:
        # One signal for all changes, at the end.
        self._is_selecting = True
        selection = QItemSelection()
        for place in places:
            selection.select(self.rows_model.index(place), self.rows_model.index(place))
        self.selectionModel().select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if places:
            where = self.rows_model.index(current if current >= 0 else places[0])
            self.selectionModel().setCurrentIndex(where, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.scrollTo(where)
        self._is_selecting = False
        self.selection_changed.emit()

    @Slot()
    def _on_selection_changed(self) -> None:
        if not self._is_selecting:
            self.selection_changed.emit()


def _tooltip(row: RunRow) -> str:
    problem = f"\n{row.run.problem}" if row.run is not None and row.run.problem else ""
    return f"{row.name}\n{status_text(row)}{problem}\nRecipe: {row.recipe.name}"


def _line_height(metrics: QFontMetrics) -> int:
    return round(metrics.lineSpacing() * 1.2)


def _gap(metrics: QFontMetrics) -> int:
    return max(4, metrics.height() // 3)


def _inner(area: QRect, metrics: QFontMetrics) -> QRect:
    gap = _gap(metrics)
    return area.adjusted(2 * gap, gap, -2 * gap, -gap)


def _active_width(metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance(_ACTIVE) + 3 * _gap(metrics)


def _paint_active(painter: QPainter, line: QRect, metrics: QFontMetrics, palette: QPalette) -> None:
    """Paint the words “In use” in a frame, at the right end of `line`."""
    accent, width = colour(Accent.SUCCESS, palette), _active_width(metrics) - _gap(metrics)
    frame = QRect(line.right() - width + 1, line.top() + 1, width - 1, metrics.height())
    painter.setPen(accent)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.drawRoundedRect(frame, 3, 3)
    painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, _ACTIVE)


def _paint_line(painter: QPainter, place: QRect, metrics: QFontMetrics, text: str) -> None:
    shown = metrics.elidedText(one_line(text), Qt.TextElideMode.ElideRight, place.width())
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
