"""The split of the open collection, kept until something it depends on changes."""

from dataclasses import dataclass

from tlgui.learning.recipe import Recipe, SplitSettings
from tlgui.photos.collection import Collection, Split
from tlgui.photos.split import split_collection

# A closer look makes a new collection while the present one is still shown: neither must drive the other out.
_KEPT = 2


@dataclass(frozen=True, slots=True)
class _Division:
    """A split and all it depends on."""

    collection: Collection
    shares: SplitSettings
    seed: int
    split: Split

    def is_of(self, collection: Collection, recipe: Recipe) -> bool:
        return self.collection is collection and (self.shares, self.seed) == (recipe.split, recipe.seed)


class KnownSplit:
    """Divides a collection, once for each collection, shares and seed; any thread may ask."""

    def __init__(self) -> None:
        self._divisions: tuple[_Division, ...] = ()

    def get(self, collection: Collection, recipe: Recipe) -> Split:
        """Return the split, from memory where nothing that it depends on has changed.

        Raises:
            CollectionError: The collection cannot be divided by this recipe's shares.
        """
        known = next((division for division in self._divisions if division.is_of(collection, recipe)), None)
        if known is not None:
            return known.split
        shares = recipe.split
        split = split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed)
        self._divisions = (_Division(collection, shares, recipe.seed, split), *self._divisions[: _KEPT - 1])
        return split
