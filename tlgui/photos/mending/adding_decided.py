"""Chooses the copies that add photos to several classes, as a person decided; and says what is not added, and why.

A class that the collection does not have yet gets a folder. What a person decided about a photo counts as right, so
that it is not doubted after the next training. Copies, new folders and answers are one mending, undone as one.
"""

import filecmp
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection
from tlgui.photos.destinations import Destinations
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.folder_names import folder_names
from tlgui.photos.health.findings import AddInto, ConfirmClass, ShowAs, SingleMending, Together
from tlgui.photos.names import shown_name
from tlgui.photos.pictures.header import read_all_facts, state_now
from tlgui.photos.pictures.opening import UnusablePhotoError
from tlgui.photos.pictures.photo_digests import PhotoDigests
from tlgui.progress import JobContext, Progress, Stage

# Photos that a helper process opens are sent to it together.
_TOGETHER = 64
_INSIDE = "It lies in the folder of this collection already. Move it to its class on the Photos page."
_CHANGED = "It was changed after you decided. Look at it again: name it anew, then decide."


@dataclass(frozen=True, slots=True)
class PhotoToAdd:
    """A photo that a person decided about.

    Args:
        path: The file.
        class_name: The class that it shows.
        digest: SHA-256 of the bytes that were decided about; empty where any content is right.
    """

    path: Path
    class_name: str
    digest: bytes = b""


def decided_photos_to_add(
    collection: Collection, facts: Mapping[Path, PhotoFacts], photos: Sequence[PhotoToAdd], context: JobContext
) -> Together:
    """Return the mending that adds photos to their classes.

    Args:
        collection: The collection.
        facts: The facts about its photos.
        photos: The photos.
        context: Gets the progress; its checkpoint is called before each file.

    Returns:
        The mending. Refused are photos that are gone, that were changed after they were decided about, that cannot be
        read, that lie in the collection's folder, or that the collection has under any name; and those whose class
        cannot be a folder.

    Raises:
        CollectionError: The classes of the collection are no folders.
        Cancelled: The user pressed Stop.
    """
    if collection.layout.is_labelled:
        raise CollectionError(
            "Photos cannot be added: the classes of this collection are labels, and no folders.",
            "Copy the photos into class folders first: the Photos page offers that.",
        )
    folders = _ClassFolders(collection, [photo.class_name for photo in photos])
    taken, refused = list[PhotoToAdd](), list[tuple[Path, str]]()
    for photo, reason in _looked_into(_Known(collection, facts), folders, photos, context):
        if reason:
            refused.append((photo.path, reason))
        else:
            taken.append(photo)
    copies = tuple((photo.path, folders.folder_for(photo)) for photo in taken)
    before: list[SingleMending] = [ConfirmClass(tuple(photo.path for photo in taken))] if taken else []
    before += [ShowAs((folder,), shown) for folder, shown in folders.shown_otherwise({to for _, to in copies})]
    return Together((*before, AddInto(copies, tuple(refused))), "")


class _ClassFolders:
    """The folders of classes, and those to make for new ones."""

    def __init__(self, collection: Collection, names: Sequence[str]) -> None:
        self._destinations = destinations = Destinations(collection)
        self._classes = {name: destinations.class_called(name) for name in names}
        self._typed = {name: destinations.new_name(name) for name, known in self._classes.items() if known is None}
        taken = [folder.name for known in destinations.classes.values() for folder in known.folders]
        self._new = folder_names(self._typed.values(), taken=taken)

    def why_not(self, name: str) -> str:
        """Return why a class cannot have a folder, as a sentence; empty where it can."""
        return "" if self._classes[name] is not None else self._destinations.why_not(self._new[self._typed[name]])

    def folder_for(self, photo: PhotoToAdd) -> Path:
        known = self._classes[photo.class_name]
        if known is not None:
            return self._destinations.folder_in(photo.path, known)
        return self._destinations.new_folder(photo.path, self._new[self._typed[photo.class_name]])

    def shown_otherwise(self, used: set[Path]) -> Iterator[tuple[str, str]]:
        """Yield the new folders whose name cannot be that of their class, with the class."""
        names = {folder.name for folder in used}
        for typed, folder in self._new.items():
            if folder != typed and folder in names:
                yield shown_name(Path(folder)), typed


class _Known:
    """Tells what a collection has already, under any name."""

    def __init__(self, collection: Collection, facts: Mapping[Path, PhotoFacts]) -> None:
        self._home = collection.folder
        self._real_home = os.path.realpath(collection.folder)
        self._by_size: dict[int, list[tuple[Path, str]]] = {}
        for photo in (*collection.photos(), *collection.left_out):
            if photo.path in facts:
                self._by_size.setdefault(facts[photo.path].state.size, []).append((photo.path, photo.class_name))

    def is_inside(self, path: Path) -> bool:
        real = os.path.realpath(path)
        return path.is_relative_to(self._home) or Path(real).is_relative_to(self._real_home)

    def why_known(self, photo: PhotoToAdd, size: int) -> str:
        """Return why a photo is not needed; empty where it is, and then it counts as known."""
        alike = self._by_size.setdefault(size, [])
        try:
            twin = next((other for other in alike if filecmp.cmp(photo.path, other[0], shallow=False)), None)
        except OSError:
            twin = None
        if twin is None:
            alike.append((photo.path, ""))
            return ""
        path, class_name = twin
        if not class_name:
            return f"It is the same photo as “{shown_name(path)}”, which is added."
        return f"“{class_name}” has the same photo already, as “{shown_name(path)}”."


def _looked_into(
    known: _Known, folders: _ClassFolders, photos: Sequence[PhotoToAdd], context: JobContext
) -> Iterator[tuple[PhotoToAdd, str]]:
    """Yield each photo once, and why it is not added; empty where it is."""
    waiting = list({photo.path: photo for photo in photos}.values())
    with PhotoDigests() as digest_of:
        for start in range(0, len(waiting), _TOGETHER):
            some = waiting[start : start + _TOGETHER]
            states = [(photo.path, state) for photo in some if (state := state_now(photo.path)) is not None]
            found = dict(zip((path for path, _ in states), read_all_facts(states), strict=True))
            for photo in some:
                context.checkpoint()
                yield photo, _why_not(photo, found.get(photo.path), known, folders, digest_of)
            context.report(Progress(Stage.SCANNING, start + len(some), len(waiting)))


def _why_not(
    photo: PhotoToAdd,
    found: PhotoFacts | UnusablePhotoError | None,
    known: _Known,
    folders: _ClassFolders,
    digest_of: PhotoDigests,
) -> str:
    if found is None:
        return "It cannot be found."
    if known.is_inside(photo.path):
        return _INSIDE
    if reason := folders.why_not(photo.class_name):
        return reason
    if isinstance(found, UnusablePhotoError):
        return found.reason or found.message
    try:
        if photo.digest and digest_of(photo.path) != photo.digest:
            return _CHANGED
    except OSError as error:
        return f"It could not be read: {error.strerror or error}."
    return known.why_known(photo, found.state.size)
