"""A table of the settings in which recipes differ: one row a setting, one column a recipe."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from tlgui.learning.recipes.recipe import Recipe
from tlgui.photos.names import one_line
from tlgui.ui.recipes.setting_differences import differences
from tlgui.ui.widgets.plain_text import set_tip


class DifferencesTable(QTableWidget):
    """Shows the settings in which recipes differ.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What differs")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_recipes(self, titles: Sequence[str], recipes: Sequence[Recipe]) -> None:
        """Show the differences between `recipes`, each in the column of its title."""
        rows = differences(recipes)
        self.setColumnCount(1 + len(titles))
        self.setHorizontalHeaderLabels(["Setting", *map(one_line, titles)])
        self.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, text in enumerate((row.label, *row.values)):
                item = QTableWidgetItem(one_line(text))
                set_tip(item, text)
                self.setItem(place, column, item)
