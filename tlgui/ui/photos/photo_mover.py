"""Requests to move photos to an existing or a new class, from a dialog or a drop."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from tlgui.photos.collection import Collection
from tlgui.photos.destinations import Destinations
from tlgui.photos.health.findings import MoveInto
from tlgui.ui.photos.move_dialog import MoveDialog
from tlgui.ui.photos.photo_items import PhotoItem, lies_in


class PhotoMover(QObject):
    """Builds the moves of photos to the folders of a class.

    Signals:
        mend_requested: The moves, a `MoveInto`.

    Args:
        parent: The widget whose window owns the dialog.
    """

    mend_requested = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._destinations: Destinations | None = None

    def show_collection(self, collection: Collection) -> None:
        """Set the collection whose classes photos are moved to."""
        if self._destinations is None or self._destinations.collection is not collection:
            self._destinations = Destinations(collection)

    def can_move(self, items: Sequence[PhotoItem], name: str) -> bool:
        """Return whether the class exists and some of the photos are not in it."""
        photo_class = self._destinations.classes.get(name) if self._destinations is not None else None
        return photo_class is not None and not all(lies_in(item, photo_class) for item in items)

    def ask(self, items: Sequence[PhotoItem]) -> None:
        """Ask for a class, and request to move photos there."""
        if self._destinations is None or not items:
            return
        # Without the class that has all of them already; the class that a model named stands first, and is chosen.
        named = {item.note.named for item in items if item.note is not None}
        names = [name for name in self._destinations.classes if self.can_move(items, name)]
        names.sort(key=lambda name: not (len(named) == 1 and name in named))
        dialog = MoveDialog(self._destinations, names, len(items), self._widget.window())
        dialog.class_chosen.connect(lambda name: self.move(items, name))
        dialog.new_class_chosen.connect(lambda name: self._move_to_new(items, name))
        dialog.open()

    def move(self, items: Sequence[PhotoItem], name: str) -> None:
        """Request to move photos to a class; those in it stay where they are."""
        if self._destinations is not None and self.can_move(items, name):
            destinations, photo_class = self._destinations, self._destinations.classes[name]
            away = [item.path for item in items if not lies_in(item, photo_class)]
            self._move(away, lambda path: destinations.folder_in(path, photo_class))

    def _move_to_new(self, items: Sequence[PhotoItem], name: str) -> None:
        destinations = self._destinations
        if destinations is not None:
            self._move([item.path for item in items], lambda path: destinations.new_folder(path, name))

    def _move(self, paths: Sequence[Path], folder_for: Callable[[Path], Path]) -> None:
        # Cached by source folder; as strings, because pathlib is slow for 100,000 paths.
        folders: dict[str, Path | None] = {}
        moves = []
        for path in paths:
            parent = os.path.dirname(path)  # noqa: PTH120 - see above
            if parent not in folders:
                folder = folder_for(path)
                folders[parent] = folder if folder != path.parent else None
            goal = folders[parent]
            if goal is not None:
                moves.append((path, goal))
        if moves:
            self.mend_requested.emit(MoveInto(tuple(moves)))
