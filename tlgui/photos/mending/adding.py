"""Chooses the copies that add photos from outside a collection to a class, and says what is not added, and why."""

import filecmp
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, PhotoClass
from tlgui.photos.destinations import Destinations
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.findings import AddInto
from tlgui.photos.names import shown_name
from tlgui.photos.pictures.header import read_all_facts, state_now
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.scanning.listing import is_folder
from tlgui.photos.scanning.search import find_photos
from tlgui.progress import JobContext, Progress, Stage

# Photos that a helper process opens are sent to it together.
_TOGETHER = 64
_Refused = tuple[Path, str]


def photos_to_add(
    collection: Collection,
    facts: Mapping[Path, PhotoFacts],
    class_name: str,
    paths: Sequence[Path],
    context: JobContext,
) -> AddInto:
    """Return the copies that add photos to a class.

    Args:
        collection: The collection.
        facts: The facts about its photos.
        class_name: The class.
        paths: Files, and folders whose photos are added, at any depth.
        context: Gets the progress; its checkpoint is called before each file.

    Returns:
        The copies. Refused are files that are no photos, or lie in the collection already, or that the class has
        under any name; and folders without photos.

    Raises:
        CollectionError: There is no such class with a folder.
        Cancelled: The user pressed Stop.
    """
    destinations = Destinations(collection)
    photo_class = destinations.classes.get(class_name)
    if photo_class is None:
        raise CollectionError(f"There is no class “{class_name}” any more.", "Drop the photos on another class.")
    choice = _Choice(collection, photo_class, facts)
    for path in paths:
        choice.take(path, context)
    choice.settle(context)
    return AddInto(
        tuple((path, destinations.folder_in(path, photo_class)) for path in choice.taken), tuple(choice.refused)
    )


class _Choice:
    """Sorts files into those that are added and those that are not."""

    def __init__(self, collection: Collection, photo_class: PhotoClass, facts: Mapping[Path, PhotoFacts]) -> None:
        self.taken: list[Path] = []
        self.refused: list[_Refused] = []
        self._home = collection.folder
        self._class = photo_class
        self._waiting: dict[Path, None] = {}
        self._by_size: dict[int, list[Path]] = {}
        for photo in photo_class.photos:
            if photo.path in facts:
                self._by_size.setdefault(facts[photo.path].state.size, []).append(photo.path)

    def take(self, path: Path, context: JobContext) -> None:
        """Take a file, or the photos of a folder."""
        found = find_photos([path], context)
        if not found:
            self.refused.append((path, "There are no photos in this folder."))
        for file in found:
            if file.is_relative_to(self._home):
                words = "It lies in this collection already. Drag it from the photos shown here to move it."
                self.refused.append((file, words))
            elif is_folder(file):
                self.refused.append((file, "This folder cannot be opened."))
            else:
                self._waiting[file] = None

    def settle(self, context: JobContext) -> None:
        """Look into the files taken."""
        waiting = list(self._waiting)
        for start in range(0, len(waiting), _TOGETHER):
            some = waiting[start : start + _TOGETHER]
            for path, reason in self._looked_into(some):
                context.checkpoint()
                if reason:
                    self.refused.append((path, reason))
                else:
                    self.taken.append(path)
            context.report(Progress(Stage.SCANNING, start + len(some), len(waiting)))

    def _looked_into(self, paths: Sequence[Path]) -> Iterator[_Refused]:
        states = [(path, state) for path in paths if (state := state_now(path)) is not None]
        yield from ((path, "It cannot be found.") for path in paths if path not in dict(states))
        for (path, _), found in zip(states, read_all_facts(states), strict=True):
            if isinstance(found, UnusablePhotoError):
                yield path, found.reason or found.message
            else:
                yield path, self._why_known(path, found.state.size)

    def _why_known(self, path: Path, size: int) -> str:
        """Return why a photo is not needed, because the class has the same; empty where it has not."""
        alike = self._by_size.setdefault(size, [])
        try:
            twin = next((other for other in alike if filecmp.cmp(path, other, shallow=False)), None)
        except OSError:
            twin = None
        if twin is not None:
            return f"“{self._class.name}” has the same photo already, as “{shown_name(twin)}”."
        alike.append(path)
        return ""
