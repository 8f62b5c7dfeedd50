"""A table that is sorted by a click on any of its columns, in the look that all tables of the window share."""

from PySide6.QtCore import QAbstractTableModel, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tlgui.ui.widgets.plain_text import set_spoken

SORT_ROLE = Qt.ItemDataRole.UserRole


class SortedTable(QTableView):
    """Rows as wide as the table, without a grid; sorted by the first column to begin with.

    Args:
        name: What a screen reader calls it.
        rows: The rows; they answer `SORT_ROLE` with what to sort by.
        parent: The owner.
        order: What sorts them; None for the plain order of what they answer.
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
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
