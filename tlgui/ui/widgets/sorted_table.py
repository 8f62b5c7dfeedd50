"""A table that is sorted by a click on a column header, in the common style of all tables."""

from PySide6.QtCore import QAbstractTableModel, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from tlgui.ui.widgets.plain_text import set_spoken

SORT_ROLE = Qt.ItemDataRole.UserRole


class SortedTable(QTableView):
    """Selects whole rows and has no grid; sorted by the first column at first.

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
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
