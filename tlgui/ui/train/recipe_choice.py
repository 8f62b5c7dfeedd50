"""The choice of the recipe: built-in or loaded from a file, with a mark if its values were changed since."""

import dataclasses
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.files.targets import RECIPE, check_target
from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe, load_recipe, recipe_text
from tlgui.photos.names import one_line
from tlgui.text.backbones import smaller_backbone_in_words
from tlgui.ui.session.session import Session
from tlgui.ui.train.compare_dialog import CompareDialog
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.file_dialogs import ask_file, ask_target
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import PlainLabel
from tlgui.ui.widgets.stable_height_label import StableHeightLabel

_SUFFIX = ".json"
_FILTER = "Recipes (*.json)"
_OWN = "{} (own)"
_LEAST_LETTERS = 12


class RecipeChoice(QWidget):
    """Chooses the session's recipe, and loads and saves recipes.

    Args:
        session: Holds the recipe.
        memory: Knows the recipes to choose from.
        parent: The owner.
    """

    problem_raised = Signal(object)

    def __init__(self, session: Session, memory: RecipeMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._memory = memory
        self.box = QComboBox()
        self.box.setAccessibleName("Recipe")
        # A long name is cut here and shown whole in the list that opens.
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(_LEAST_LETTERS)
        for name in memory.originals:
            self.box.addItem(one_line(name), name)
        self.box.activated.connect(self._on_box_activated)
        self.changed_mark = PlainLabel("Changed")
        font = self.changed_mark.font()
        font.setBold(True)
        self.changed_mark.setFont(font)
        keeps_place = self.changed_mark.sizePolicy()
        keeps_place.setRetainSizeWhenHidden(True)
        self.changed_mark.setSizePolicy(keeps_place)
        self.undo_button = QPushButton("&Undo changes")
        self.undo_button.setToolTip("Set every value back to what the recipe says")
        self.undo_button.clicked.connect(self._on_undo_button_clicked)
        self.description = StableHeightLabel(*(recipe.description for recipe in BUILT_IN.values()))
        self.photos_note = QuietLabel()
        self.load_button = QPushButton("Load recipe…")
        self.load_button.setToolTip("Choose a recipe that was saved as a file")
        self.load_button.clicked.connect(self._on_load_button_clicked)
        self.save_button = QPushButton("Save recipe…")
        self.save_button.setToolTip("Save every value of this page as a file, to use it again or pass it on")
        self.save_button.clicked.connect(self._on_save_button_clicked)
        self.compare_button = QPushButton("Compare recipes…")
        self.compare_button.setToolTip("Show in which settings this recipe differs from another one")
        self.compare_button.clicked.connect(self._on_compare_button_clicked)
        self._lay_out()
        session.recipe_changed.connect(self._show_recipe)
        session.collection_changed.connect(self._show_recipe)
        self._show_recipe()

    def load(self, path: Path) -> None:
        """Load and choose the recipe in the file `path`; an error is emitted by `problem_raised`."""
        try:
            recipe = load_recipe(path)
        except TlguiError as error:
            self.problem_raised.emit(error)
        else:
            self._adopt(recipe)

    def save(self, path: Path) -> None:
        """Write the present values to `path` as a recipe named after the file, and choose it; errors as in `load`."""
        recipe = dataclasses.replace(self._session.recipe, name=_free_name(path.stem))
        try:
            check_target(path, RECIPE)
            files.write_text(path, recipe_text(recipe))
        except TlguiError as error:
            self.problem_raised.emit(error)
        else:
            self._adopt(recipe)

    def _adopt(self, recipe: Recipe) -> None:
        """Add `recipe` to the choices, and choose it."""
        if recipe not in self._memory.originals.values():
            recipe = dataclasses.replace(recipe, name=_free_name(recipe.name))
        self._memory.add(recipe)
        self._session.set_recipe(recipe)
        self._show_recipe()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        chosen = QHBoxLayout()
        chosen.addWidget(self.box, 1)
        chosen.addWidget(self.changed_mark)
        layout.addLayout(chosen)
        layout.addWidget(self.description)
        layout.addWidget(self.photos_note)
        buttons = FlowLayout()
        for button in (self.load_button, self.save_button, self.compare_button, self.undo_button):
            buttons.addWidget(button)
        layout.addLayout(buttons)

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self._session.recipe
        if self.box.findData(recipe.name) < 0:
            self.box.addItem(one_line(recipe.name), recipe.name)
        self.box.setCurrentIndex(self.box.findData(recipe.name))
        is_changed = not self._memory.is_original
        self.changed_mark.setVisible(is_changed)
        self.undo_button.setEnabled(is_changed)
        self.description.setText(recipe.description)
        collection = self._session.collection
        note = smaller_backbone_in_words(recipe, collection) if collection is not None else ""
        self.photos_note.setText(note)
        self.photos_note.setVisible(bool(note))

    @Slot(int)
    def _on_box_activated(self, index: int) -> None:
        self._session.set_recipe(self._memory.originals[self.box.itemData(index)])

    @Slot()
    def _on_undo_button_clicked(self) -> None:
        self._session.set_recipe(self._memory.originals[self._session.recipe.name])

    @Slot()
    def _on_compare_button_clicked(self) -> None:
        CompareDialog(self._session, self._memory.originals, self).show()

    @Slot()
    def _on_load_button_clicked(self) -> None:
        ask_file(self, "Load recipe", "", _FILTER, self.load)

    @Slot()
    def _on_save_button_clicked(self) -> None:
        start = f"{self._session.recipe.name}{_SUFFIX}"
        ask_target(self, "Save recipe", start, _FILTER, RECIPE, self.save, self.problem_raised.emit)


def _free_name(name: str) -> str:
    """Return `name`, marked as the user's own if a built-in recipe has the same name."""
    return _OWN.format(name) if name in {recipe.name for recipe in BUILT_IN.values()} else name
