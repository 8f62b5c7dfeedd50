"""What the recipes of the session were so far, which outlives the form that shows them."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject, Slot

from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.learning.recipes.recipe import Recipe
from tlgui.ui.recipes.setting_values import is_weights_file
from tlgui.ui.session.session import Session
from tlgui.ui.train.setting_fit import usual_weights


class RecipeMemory(QObject):
    """Remembers each recipe as it was chosen, and the weights that each backbone had.

    Args:
        session: Holds the recipe.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        # The recipes by name, as they were before the user changed values.
        self._originals = {recipe.name: recipe for recipe in BUILT_IN.values()}
        # The choices for each backbone are kept while another is selected, and so is its file while other weights are.
        self._last_weights: dict[str, str] = {}
        self._files: dict[str, str] = {}
        session.recipe_changed.connect(self._on_recipe_changed)
        self._on_recipe_changed()

    @property
    def originals(self) -> Mapping[str, Recipe]:
        """The recipes by name, as they were chosen."""
        return MappingProxyType(self._originals)

    @property
    def is_original(self) -> bool:
        """Whether the session's recipe has the values that it was chosen with."""
        return self._session.recipe == self._originals[self._session.recipe.name]

    def add(self, recipe: Recipe) -> None:
        """Remember `recipe` as one that can be chosen by its name."""
        self._originals[recipe.name] = recipe

    def last_weights(self, backbone: str) -> str:
        """Return the weights that `backbone` had last, or else its usual ones."""
        return self._last_weights.get(backbone, usual_weights(backbone))

    def weights_file(self, backbone: str) -> str | None:
        """Return the file of weights that `backbone` had last, if it had one."""
        return self._files.get(backbone)

    @Slot()
    def _on_recipe_changed(self) -> None:
        recipe = self._session.recipe
        self._originals.setdefault(recipe.name, recipe)
        self._last_weights[recipe.backbone] = recipe.weights
        if is_weights_file(recipe.weights):
            self._files[recipe.backbone] = recipe.weights
