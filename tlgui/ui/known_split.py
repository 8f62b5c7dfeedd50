"""The split of the open collection, kept until something it depends on changes."""

from dataclasses import dataclass

from tlgui.learning.recipe import Recipe, SplitSettings
from tlgui.photos.collection import Collection, Split
from tlgui.photos.split import split_collection


@dataclass(frozen=True, slots=True)
class _Division:
    """A split and all it depends on."""

    collection: Collection
    shares: SplitSettings
    seed: int
    split: Split


class KnownSplit:
    """Divides a collection, once for each collection, shares and seed."""

    def __init__(self) -> None:
        self._division: _Division | None = None

    def get(self, collection: Collection, recipe: Recipe) -> Split:
        """Return the split, from memory where nothing that it depends on has changed.

        Raises:
            CollectionError: The collection cannot be divided by this recipe's shares.
        """
        known, shares = self._division, recipe.split
        if known is not None and known.collection is collection and (known.shares, known.seed) == (shares, recipe.seed):
            return known.split
        split = split_collection(collection, shares.validation, shares.test, shares.use_own, recipe.seed)
        self._division = _Division(collection, shares, recipe.seed, split)
        return split
