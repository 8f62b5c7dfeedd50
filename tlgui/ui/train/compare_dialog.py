"""The dialog that shows the differences between two recipes, in the words of the form."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from tlgui.learning.recipes.recipe import Recipe
from tlgui.photos.names import one_line
from tlgui.ui.recipes.differences_table import DifferencesTable
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel

_NO_DIFFERENCE = "The two do the same: no setting differs."


class CompareDialog(QDialog):
    """Compares the session's recipe with another one, and follows its changes while open.

    Args:
        session: Holds the recipe.
        others: The recipes to choose from, by name.
        parent: The window.
    """

    def __init__(self, session: Session, others: Mapping[str, Recipe], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare recipes")
        self._session = session
        self._others = dict(others)
        self.box = QComboBox()
        self.box.setAccessibleName("Compare with")
        for name in self._others:
            self.box.addItem(one_line(name), name)
        present = self.box.findData(session.recipe.name)
        # A changed recipe is compared with its original, any other with the first of the others.
        is_changed = self._others.get(session.recipe.name) != session.recipe
        self.box.setCurrentIndex(present if is_changed and present >= 0 else int(present == 0))
        self.box.currentIndexChanged.connect(self._show)
        self.table = DifferencesTable()
        self.note = QuietLabel(_NO_DIFFERENCE)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        label = PlainLabel("Compare the settings of the Train page &with:")
        label.setBuddy(self.box)
        for widget in (label, self.box, self.note):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 100, letter * 90)
        session.recipe_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        name, recipe = self.box.currentData(), self._session.recipe
        other = self._others[name]
        title = recipe.name if recipe == self._others.get(recipe.name) else f"{recipe.name}, as changed now"
        self.table.show_recipes((title, name), (recipe, other))
        self.note.setVisible(self.table.rowCount() == 0)
