"""Where photos of a collection can be moved to: the folders of its classes, and new ones that every system takes."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tlgui.photos.collection import Collection, Part, PhotoClass, ProblemKind
from tlgui.photos.names import plain_key
from tlgui.photos.scanning.listing import is_hidden, part_named

_MOST_BYTES = 255
_FORBIDDEN = '\\/:*?"<>|'
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Destinations:
    """The classes of a collection as places to move photos to.

    Args:
        collection: The collection.
    """

    collection: Collection

    @cached_property
    def classes(self) -> dict[str, PhotoClass]:
        """The classes that have a folder, by name and in order."""
        return {item.name: item for item in self.collection.classes if item.folders}

    def class_called(self, text: str) -> PhotoClass | None:
        """Return the class that a person means by a text: case, accents, spaces and hyphens make no difference."""
        return self.classes.get(text.strip()) or self._by_key.get(_key(text))

    def new_name(self, text: str) -> str:
        """Return the name that the folder of a new class gets, where a person typed a text.

        A folder that is there already, but has no photo in use, is taken as it is spelled.
        """
        name = " ".join(unicodedata.normalize("NFC", text).split())
        return self._unused.get(_key(name), name)

    def why_not(self, name: str) -> str:
        """Return the sentence that says why no class can be made of a name; empty where one can."""
        reason = _reason(name)
        if not reason and part_named(name) is not None and self._would_be_a_part:
            reason = "it would be read as one of the parts that training, validation and test photos lie in"
        return f"“{name}” cannot be a new class: {reason}." if reason else ""

    def folder_in(self, path: Path, photo_class: PhotoClass) -> Path:
        """Return the folder of a class that a photo goes to: in a divided folder it stays in its own part.

        A class that is not in that part yet gets a folder there.
        """
        home = self._home(path)
        beside = [folder for folder in photo_class.folders if folder.parent == home]
        return beside[0] if beside else home / photo_class.folders[0].name

    def new_folder(self, path: Path, name: str) -> Path:
        """Return the folder that a photo goes to where its class is a new one: beside the other class folders."""
        return self._home(path) / name

    def _home(self, path: Path) -> Path:
        """Return the folder in which the class folders lie that are for a photo."""
        top = self.collection.folder
        if not self._is_divided:
            return top
        for folder in path.parents:
            if folder.parent == top and part_named(folder.name) is not None:
                return folder
        return self._training

    @cached_property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(folder for item in self.collection.classes for folder in item.folders)

    @cached_property
    def _is_divided(self) -> bool:
        return any(folder.parent != self.collection.folder for folder in self._folders)

    @cached_property
    def _training(self) -> Path:
        """The part where photos go that lie in none."""
        parts = sorted({folder.parent for folder in self._folders})
        return next((folder for folder in parts if part_named(folder.name) is Part.TRAINING), parts[0])

    @cached_property
    def _would_be_a_part(self) -> bool:
        # The listing takes a folder named like a part for a class where folders of other names stand beside it.
        return not self._is_divided and all(part_named(folder.name) is not None for folder in self._folders)

    @cached_property
    def _by_key(self) -> dict[str, PhotoClass]:
        by_key = {_key(folder.name): item for item in self.classes.values() for folder in item.folders}
        # What a class is shown as counts for more than what its folder is called.
        return by_key | {_key(item.name): item for item in self.classes.values()}

    @cached_property
    def _unused(self) -> dict[str, str]:
        """The folders that are there and are no classes now, by key."""
        empty = [item.path for item in self.collection.problems if item.kind is ProblemKind.EMPTY_CLASS]
        names = {_key(folder.name): folder.name for folder in empty}
        for photo in self.collection.left_out:
            names[_key(photo.class_name)] = names[_key(photo.path.parent.name)] = photo.path.parent.name
        return names


def _key(text: str) -> str:
    # Of a name of signs alone nothing is left otherwise.
    return plain_key(text) or unicodedata.normalize("NFC", text).casefold().strip()


def _reason(name: str) -> str:
    """Return why some system would take no folder of this name, or the next reading would pass it over."""
    forbidden = next((letter for letter in name if letter in _FORBIDDEN), None)
    if forbidden is not None:
        return f"the name of a folder cannot have “{forbidden}” in it"
    return next((words for is_so, words in _REASONS if is_so(name)), "")


def _has_odd_letters(name: str) -> bool:
    return any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in name)


def _is_invisible(name: str) -> bool:
    return all(unicodedata.category(letter)[0] in "CZ" for letter in name)


def _is_long(name: str) -> bool:
    return len(name.encode("utf-8", "surrogatepass")) > _MOST_BYTES


_REASONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_has_odd_letters, "it has a character in it that cannot be shown"),
    (_is_invisible, "nothing of its name can be seen"),
    (lambda name: not name.strip("."), "a name of dots alone stands for another folder"),
    (lambda name: name.startswith("."), "folders whose names begin with a dot are hidden and never read"),
    (lambda name: name.endswith((".", " ")), "on Windows no name ends with a dot or a space"),
    (lambda name: _RESERVED.fullmatch(name) is not None, "Windows keeps this name for itself"),
    (is_hidden, "systems keep this name for folders of their own, which are never read"),
    (_is_long, "its name is too long for a folder"),
)
