"""The photos of a grid: a list that may make its items only when they are asked for, so that 100,000 cost nothing."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import islice
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from typing_extensions import override

from tlgui import gui_priority


class GridItem(Protocol):
    """What every photo of a grid has."""

    @property
    def path(self) -> Path:
        """The file."""
        ...


Item = TypeVar("Item", bound=GridItem)


class PhotoList(ABC, Generic[Item]):
    """Photos in order.

    A grid asks for the items that it paints or tells of, and for the keys of those that are selected. It does not
    change while it is shown; see `PhotoGrid.show_items` and `PhotoGrid.append_items`.
    """

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of photos."""

    @abstractmethod
    def __getitem__(self, row: int) -> Item:
        """Return the photo of a row."""

    @abstractmethod
    def path(self, row: int) -> str:
        """Return the path of a photo; called for many, so it makes no item."""

    @abstractmethod
    def keys(self, rows: range) -> Sequence[Hashable]:
        """Return what identifies photos in this list and in those that replace it, for consecutive rows."""

    @abstractmethod
    def rows_of(self, keys: AbstractSet[Hashable]) -> Sequence[int]:
        """Return the rows of the photos with these keys, in ascending order, without those that are not in the list."""

    def items(self, rows: range) -> list[Item]:
        """Return the photos of consecutive rows."""
        return [self[row] for row in rows]

    def __iter__(self) -> Iterator[Item]:
        """Yield all photos, which makes every item of a list that makes them."""
        return (self[row] for row in range(len(self)))


class ListedPhotos(PhotoList[Item]):
    """Photos that exist as items already; their key is the path, as a string.

    Args:
        items: The photos, which are copied, so that this list can free them.
    """

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._items = list(items)

    @override
    def __len__(self) -> int:
        return len(self._items)

    @override
    def __getitem__(self, row: int) -> Item:
        return self._items[row]

    @override
    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    @override
    def items(self, rows: range) -> list[Item]:
        return self._items[rows.start : rows.stop]

    @override
    def path(self, row: int) -> str:
        return str(self._items[row].path)

    @override
    def keys(self, rows: range) -> Sequence[Hashable]:
        return [str(item.path) for item in self._items[rows.start : rows.stop]]

    @override
    def rows_of(self, keys: AbstractSet[Hashable]) -> Sequence[int]:
        found = (row for row, item in enumerate(self._items) if str(item.path) in keys)
        return list(islice(found, len(keys)))

    def free(self) -> None:
        """Empty the list a few items at a time; on another thread, because freeing 100,000 items takes 60 ms."""
        gui_priority.free_in_portions(self._items)
