"""Moves selected photos to a class, or to a new one: asked for in a dialog, or dropped on the class itself."""

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
    """Knows where photos can go, and asks for their move.

    Args:
        parent: The widget whose window asks.
    """

    mend_requested = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._destinations: Destinations | None = None

    def show_collection(self, collection: Collection) -> None:
        """Move photos to the classes of this collection from now on."""
        if self._destinations is None or self._destinations.collection is not collection:
            self._destinations = Destinations(collection)

    def takes(self, items: Sequence[PhotoItem], name: str) -> bool:
        """Return whether there is a class of that name, and photos that are not in it already."""
        photo_class = self._destinations.classes.get(name) if self._destinations is not None else None
        return photo_class is not None and not all(lies_in(item, photo_class) for item in items)

    def ask(self, items: Sequence[PhotoItem]) -> None:
        """Ask which class photos belong to, and move them there."""
        if self._destinations is None or not items:
            return
        # Nobody moves photos to where they all are.
        names = [name for name in self._destinations.classes if self.takes(items, name)]
        dialog = MoveDialog(self._destinations, names, len(items), self._widget.window())
        dialog.class_chosen.connect(lambda name: self.move(items, name))
        dialog.new_class_chosen.connect(lambda name: self._move_to_new(items, name))
        dialog.open()

    def move(self, items: Sequence[PhotoItem], name: str) -> None:
        """Move photos to a class; those that are in it stay as they are."""
        if self._destinations is not None and self.takes(items, name):
            destinations, photo_class = self._destinations, self._destinations.classes[name]
            away = [item.path for item in items if not lies_in(item, photo_class)]
            self._move(away, lambda path: destinations.folder_in(path, photo_class))

    def _move_to_new(self, items: Sequence[PhotoItem], name: str) -> None:
        destinations = self._destinations
        if destinations is not None:
            self._move([item.path for item in items], lambda path: destinations.new_folder(path, name))

    def _move(self, paths: Sequence[Path], folder_for: Callable[[Path], Path]) -> None:
        # Photos that lie in one folder go to one; paths as text, because there may be a hundred thousand.
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
