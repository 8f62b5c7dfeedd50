"""What recipes take on the open collection, as far as it was measured, so that going back shows it at once."""

from dataclasses import replace

from tlgui.learning.recipes.recipe import Recipe
from tlgui.learning.results import CostEstimate
from tlgui.photos.collection import Collection


class KnownEstimates:
    """The estimates of one window; those of another collection than the last one are let go."""

    def __init__(self) -> None:
        self._collection: Collection | None = None
        self._estimates: dict[Recipe, CostEstimate] = {}

    def get(self, collection: Collection | None, recipe: Recipe) -> CostEstimate | None:
        """Return what `recipe` takes on `collection`, or None where nobody measured it."""
        return self._estimates.get(_nameless(recipe)) if collection is self._collection else None

    def keep(self, collection: Collection, recipe: Recipe, estimate: CostEstimate) -> None:
        """Remember what `recipe` takes on `collection`."""
        if collection is not self._collection:
            self._collection = collection
            self._estimates.clear()
        self._estimates[_nameless(recipe)] = estimate

    def forget_like(self, recipe: Recipe) -> None:
        """Forget the recipes whose features a training of `recipe` has computed: they take less time now."""
        kept = {known: cost for known, cost in self._estimates.items() if _seen_by(known) != _seen_by(recipe)}
        self._estimates = kept


def _nameless(recipe: Recipe) -> Recipe:
    return replace(recipe, name="", description="")


def _seen_by(recipe: Recipe) -> tuple[object, ...]:
    """Return what the features of a photo depend on."""
    return (
        recipe.backbone, recipe.weights, recipe.input_size, recipe.preprocessing, recipe.cut_layer, recipe.pooling
    )  # fmt: skip
