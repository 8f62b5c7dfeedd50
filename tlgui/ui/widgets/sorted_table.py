"""A table that is sorted by a click on a column header, in the common style of all tables."""

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from tlgui.ui.widgets.plain_text import set_spoken

SORT_ROLE = Qt.ItemDataRole.UserRole


def column_alignment(column: int) -> Qt.AlignmentFlag:
    """Return where a column and its title stand: names, in the first one, on the left, and numbers on the right."""
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


class SortedTable(QTableView):
    """Selects whole rows, has no grid, and fills its width; sorted by the first column at first.

    Args:
        name: The accessible name.
        rows: The model; it returns the sort key of a cell for `SORT_ROLE`.
        parent: The owner.
        order: The proxy that sorts; None for the plain order of the keys.
    """

    def __init__(
        self,
        name: str,
        rows: QAbstractTableModel,
        parent: QWidget | None = None,
        order: QSortFilterProxyModel | None = None,
    ) -> None:
        super().__init__(parent)
        set_spoken(self, name)
        rows.setParent(self)
        self._sorted = order if order is not None else QSortFilterProxyModel()
        self._sorted.setParent(self)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._sorted.setSourceModel(rows)
        self.setModel(self._sorted)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(1)
        self._fit_rows()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def least_name_width(self) -> int:
        """Return the smallest width of the first column, in pixels; the table scrolls where there is less room."""
        return 0

    def fill_width(self) -> None:
        """Give the first column the width that the others leave."""
        others = sum(self.columnWidth(column) for column in range(1, self.horizontalHeader().count()))
        self.setColumnWidth(0, max(self.least_name_width(), self.viewport().width() - others))

    @override
    def moveCursor(self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        # Qt goes to the first and the last column, which are of no use where whole rows are selected.
        ends = {QAbstractItemView.CursorAction.MoveHome: 0, QAbstractItemView.CursorAction.MoveEnd: -1}
        rows = self.model().rowCount()
        if cursorAction in ends and rows:
            return self.model().index(ends[cursorAction] % rows, max(0, self.currentIndex().column()))
        return super().moveCursor(cursorAction, modifiers)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fill_width()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rows()

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() * 3 // 2)
