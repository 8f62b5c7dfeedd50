"""The folders that photos of a collection can be moved to: those of its classes, and new ones valid on every system."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tlgui.photos.collection import Collection, Part, PhotoClass, ProblemKind
from tlgui.photos.folder_names import name_problem
from tlgui.photos.names import plain_key
from tlgui.photos.scanning.part_names import part_named


@dataclass(frozen=True)
class Destinations:
    """The classes of a collection as folders to move photos to.

    Args:
        collection: The collection.
    """

    collection: Collection

    @cached_property
    def classes(self) -> dict[str, PhotoClass]:
        """The classes that have a folder, by name and in order."""
        return {item.name: item for item in self.collection.classes if item.folders}

    def class_called(self, text: str) -> PhotoClass | None:
        """Return the class by a typed name, ignoring case, accents, spaces and hyphens; None where there is none."""
        return self.classes.get(text.strip()) or self._by_key.get(_key(text))

    def new_name(self, text: str) -> str:
        """Return the folder name of a new class for a typed name.

        Where a folder without a photo in use has a similar name, that folder's spelling is returned.
        """
        name = " ".join(unicodedata.normalize("NFC", text).split())
        return self._unused.get(_key(name), name)

    def why_not(self, name: str) -> str:
        """Return the sentence that explains why a name cannot be a new class; empty where it can."""
        reason = name_problem(name)
        if not reason and part_named(name) is not None and self._would_be_a_part:
            reason = "it would be read as one of the parts that training, validation and test photos lie in"
        return f"“{name}” cannot be a new class: {reason}." if reason else ""

    def folder_in(self, path: Path, photo_class: PhotoClass) -> Path:
        """Return the folder of a class that a photo is moved to; in a divided folder the photo stays in its part.

        Args:
            path: The photo.
            photo_class: One of `classes`.

        Returns:
            A folder of the class, or the folder to make for it in that part.
        """
        home = self._home(path)
        beside = [folder for folder in photo_class.folders if folder.parent == home]
        if not self.collection.parts:
            return (beside or photo_class.folders)[0]
        inner = [folder for folder in self._parts_with(path) if folder.parent in photo_class.folders]
        return (inner or beside or (home / photo_class.folders[0].name,))[0]

    def new_folder(self, path: Path, name: str) -> Path:
        """Return the folder to make for a new class, beside the other class folders of the photo's part.

        Args:
            path: The photo.
            name: The class, as `new_name` returns it.
        """
        return self._home(path) / name

    def _home(self, path: Path) -> Path:
        """Return the folder that holds the class folders of a photo's part."""
        around = [home for home in self._homes if path.is_relative_to(home)]
        if around:
            return max(around, key=lambda home: len(home.parts))
        part = next((folder for folder, _ in self.collection.parts if path.is_relative_to(folder)), None)
        if part is None:
            return self._training
        return next((home for home in self._homes if home.is_relative_to(part)), part)

    def _parts_with(self, path: Path) -> list[Path]:
        """Return the folders of the part that a photo lies in."""
        parts = self.collection.parts
        found = next((part for folder, part in parts if path.is_relative_to(folder)), Part.TRAINING)
        return [folder for folder, part in parts if part is found]

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(folder for item in self.collection.classes for folder in item.folders)

    @cached_property
    def _homes(self) -> tuple[Path, ...]:
        """The folders that hold class folders."""
        return tuple(dict.fromkeys(folder.parent for folder in self._folders)) or (self.collection.folder,)

    @cached_property
    def _training(self) -> Path:
        """The folder with the class folders for photos that lie in no part."""
        training = [folder for folder, part in self.collection.parts if part is Part.TRAINING]
        return next((home for home in self._homes if home in training or training == [home.parent]), self._homes[0])

    @cached_property
    def _would_be_a_part(self) -> bool:
        # The listing takes a folder named like a part for a class where folders of other names stand beside it.
        return not self.collection.parts and all(part_named(folder.name) is not None for folder in self._folders)

    @cached_property
    def _by_key(self) -> dict[str, PhotoClass]:
        by_key = {_key(folder.name): item for item in self.classes.values() for folder in item.folders}
        # The shown name of a class takes precedence over the name of another's folder.
        return by_key | {_key(item.name): item for item in self.classes.values()}

    @cached_property
    def _unused(self) -> dict[str, str]:
        """The names of existing folders that are not classes, by key."""
        empty = [item.path for item in self.collection.problems if item.kind is ProblemKind.EMPTY_CLASS]
        names = {_key(folder.name): folder.name for folder in empty}
        for photo in self.collection.left_out:
            names[_key(photo.class_name)] = names[_key(photo.path.parent.name)] = photo.path.parent.name
        return names


def _key(text: str) -> str:
    # The plain key of a name of punctuation alone is empty.
    return plain_key(text) or unicodedata.normalize("NFC", text).casefold().strip()
