"""Keeps the selection, the current photo and the scroll position of a grid while its photos are replaced by others."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QItemSelection, QItemSelectionModel
from PySide6.QtWidgets import QAbstractItemView

from tlgui.ui.grid.photo_list import PhotoList


class KeptPlace(NamedTuple):
    """What is selected and where the grid is scrolled to.

    Args:
        selected: The rows that are selected, as ranges in ascending order.
        selected_keys: The keys of their photos.
        current: The row of the current photo; -1 without one.
        current_key: Its key.
        anchor: The row of a photo that stays in sight; -1 if the grid stays at its start.
        anchor_key: Its key.
        anchor_top: Its upper edge, in pixels below that of the viewport.
        scrolled: The value of the scroll bar.
    """

    selected: list[range]
    selected_keys: list[Hashable]
    current: int
    current_key: Hashable
    anchor: int
    anchor_key: Hashable
    anchor_top: int
    scrolled: int


def selected_ranges(grid: QAbstractItemView) -> list[range]:
    """Return the rows that are selected, as ranges in ascending order that do not touch."""
    selection = grid.selectionModel().selection()
    parts = (selection.at(place) for place in range(selection.count()))
    found: list[range] = []
    for start, end in sorted((part.top(), part.bottom() + 1) for part in parts):
        if found and found[-1].stop == start:
            found[-1] = range(found[-1].start, end)
        else:
            found.append(range(start, end))
    return found


def kept_place(grid: QAbstractItemView, photos: PhotoList[Any], first_seen: int) -> KeptPlace:
    """Return where a grid is.

    Args:
        grid: The grid.
        photos: Its photos.
        first_seen: The first row that can be seen; -1 without photos.
    """
    selected, current, scrolled = selected_ranges(grid), grid.currentIndex().row(), grid.verticalScrollBar().value()
    is_current_seen = grid.viewport().rect().intersects(grid.visualRect(grid.currentIndex()))
    anchor = current if is_current_seen else (first_seen if scrolled > 0 else -1)
    return KeptPlace(
        selected,
        [key for part in selected for key in photos.keys(part)],
        current,
        _key(photos, current),
        anchor,
        _key(photos, anchor),
        grid.visualRect(grid.model().index(anchor, 0)).top(),
        scrolled,
    )


def return_to(grid: QAbstractItemView, photos: PhotoList[Any], kept: KeptPlace) -> None:
    """Select the same photos again, and scroll to where they are now.

    Args:
        grid: The grid.
        photos: Its photos now.
        kept: Where it was.
    """
    model = grid.selectionModel()
    if len(photos) and kept.current >= 0:
        current = _row_now(photos, kept.current, kept.current_key)
        # If the current photo is gone, the one in its row becomes the current one.
        row = min(kept.current, len(photos) - 1) if current is None else current
        model.setCurrentIndex(grid.model().index(row, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
    model.select(selection_of(grid, _selected_now(photos, kept)), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    bar = grid.verticalScrollBar()
    bar.setValue(kept.scrolled)
    anchor = _row_now(photos, kept.anchor, kept.anchor_key)
    if anchor is not None:
        area = grid.visualRect(grid.model().index(anchor, 0))
        # A photo that is still seen may stay where the others around it have moved it.
        if not grid.viewport().rect().intersects(area):
            bar.setValue(bar.value() + area.top() - kept.anchor_top)


def selection_of(grid: QAbstractItemView, parts: Iterable[range]) -> QItemSelection:
    """Return the selection of rows, as ranges."""
    selection, model = QItemSelection(), grid.model()
    for part in parts:
        # Without the checks of `index`, which ask Python for the number of rows each time.
        selection.select(model.createIndex(part.start, 0), model.createIndex(part.stop - 1, 0))
    return selection


def runs(rows: Iterable[int]) -> Iterator[range]:
    """Yield the ranges that rows in ascending order make up; a selection is slower the more ranges it has."""
    start = end = -1
    for row in rows:
        if row != end:
            if end > start:
                yield range(start, end)
            start = row
        end = row + 1
    if end > start:
        yield range(start, end)


def _key(photos: PhotoList[Any], row: int) -> Hashable:
    return photos.keys(range(row, row + 1))[0] if row >= 0 else None


def _row_now(photos: PhotoList[Any], row: int, key: Hashable) -> int | None:
    """Return the row of a photo that was in `row`; None if it is gone or there was none."""
    if row < 0:
        return None
    # Mostly nothing has moved, and searching 100,000 photos takes time.
    if row < len(photos) and _key(photos, row) == key:
        return row
    return next(iter(photos.rows_of({key})), None)


def _selected_now(photos: PhotoList[Any], kept: KeptPlace) -> Sequence[range]:
    if not kept.selected:
        return []
    if kept.selected[-1].stop <= len(photos):
        keys = [key for part in kept.selected for key in photos.keys(part)]
        if keys == kept.selected_keys:
            return kept.selected
    return list(runs(photos.rows_of(frozenset(kept.selected_keys))))
