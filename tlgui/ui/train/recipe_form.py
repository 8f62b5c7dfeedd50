"""The form of all settings of the recipe, with rarely used settings in collapsed groups."""

from collections.abc import Mapping

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tlgui.ui.recipes.setting_values import is_used, value_in_words
from tlgui.ui.recipes.setting_words import ENDING, FINE_TUNING, NETWORK, SPLIT, STEPS, TRAINING, SettingWords
from tlgui.ui.session.session import Session
from tlgui.ui.train.augmentation_form import AugmentationForm
from tlgui.ui.train.backbone_choice import BackboneChoice
from tlgui.ui.train.recipe_choice import RecipeChoice
from tlgui.ui.train.recipe_memory import RecipeMemory
from tlgui.ui.train.setting_rows import RecipeBinder, form_rows
from tlgui.ui.widgets.card import Card
from tlgui.ui.widgets.collapsible import CollapsibleGroup
from tlgui.ui.widgets.columns import Columns
from tlgui.ui.widgets.terms import set_term

_COLUMN_LETTERS = 56
_ADVANCED = {"The network": NETWORK, "The steps of the training": STEPS, "The end of the training": ENDING}


class RecipeForm(QWidget):
    """Edits the session's recipe.

    Args:
        session: Holds the recipe and the collection.
        memory: Knows what the recipes were so far.
        parent: The owner.
    """

    def __init__(self, session: Session, memory: RecipeMemory, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._binder = RecipeBinder(session, self)
        self.recipe_choice = RecipeChoice(session, memory)
        self.backbone_choice = BackboneChoice(session, memory)
        self.augmentation = AugmentationForm(session, self._binder)
        self.fine_tuning = CollapsibleGroup("Fine-tuning", "Whether and how the backbone itself is trained", QWidget())
        self.split = CollapsibleGroup("Split", "Which photos are kept apart, and the seed", QWidget())
        self.advanced = CollapsibleGroup("&Advanced", "Every other value of the recipe", QWidget())
        for group, term_id in (
            (self.recipe_choice, "recipe"),
            (self.augmentation, "variations"),
            (self.fine_tuning, "fine-tuning"),
            (self.split, "validation"),
        ):
            set_term(group, term_id)
        self._lay_out()
        self.setAccessibleName("Settings of the training")
        session.recipe_changed.connect(self._on_recipe_changed)
        self._on_recipe_changed()

    def _lay_out(self) -> None:
        training = self._settings("Training", TRAINING)
        self._binder.add_rows(form_rows(self.fine_tuning.content), FINE_TUNING)
        self._binder.add_rows(form_rows(self.split.content), SPLIT)
        advanced = QVBoxLayout(self.advanced.content)
        advanced.setContentsMargins(0, 0, 0, 0)
        for title, table in _ADVANCED.items():
            advanced.addWidget(self._settings(title, table))
        choices = (_card("Recipe", self.recipe_choice), _card("Backbone and weights", self.backbone_choice))
        left = (*choices, training, self.fine_tuning, self.split, self.advanced)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(Columns((left, (self.augmentation,)), _COLUMN_LETTERS))

    def _settings(self, title: str, table: Mapping[str, SettingWords]) -> Card:
        card = Card(title)
        rows = form_rows()
        card.column.addLayout(rows)
        self._binder.add_rows(rows, table)
        return card

    @Slot()
    def _on_recipe_changed(self) -> None:
        recipe = self._session.recipe
        tuned = value_in_words(recipe, "fine_tuning.when")
        if is_used(recipe, "fine_tuning.from_block"):
            tuned += f", from {recipe.fine_tuning.from_block or 'the first block'} on"
        self.fine_tuning.summary.set_text(tuned)
        self.split.summary.set_text(f"{value_in_words(recipe, 'split.validation')} for validation")


def _card(title: str, content: QWidget) -> Card:
    card = Card(title)
    card.column.addWidget(content)
    return card
