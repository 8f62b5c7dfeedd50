"""The collection: what a scan found in the user's folder, as plain frozen values."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# A confusion matrix grows with the square of the classes, and the window, the engine and a model's file each hold one.
MOST_CLASSES = 4096


class Part(StrEnum):
    """The part of the split a photo belongs to."""

    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"


class ProblemKind(StrEnum):
    """Why something in the folder is not used."""

    HIDDEN = "hidden"
    NOT_AN_IMAGE = "not an image"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    NO_PERMISSION = "no permission"
    EMPTY_CLASS = "empty class"
    OUTSIDE_CLASS = "outside a class"
    NESTED = "nested"
    LINK_LOOP = "link loop"
    GONE = "gone"
    CHANGING = "changing"
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class Photo:
    """One image file.

    Args:
        path: Absolute path.
        class_name: The label: the name of the class folder it lies in.
        part: The part its folder puts it in (`train/…`), or None where tlgui splits.
        arrival: In which reading of the folder it was first seen: 0 in the first, and one more for each later one
            that found new photos. The split puts later arrivals beside the earlier ones, which stay where they are.
    """

    path: Path
    class_name: str
    part: Part | None = None
    arrival: int = 0


@dataclass(frozen=True, slots=True)
class PhotoClass:
    """One class and its photos, sorted by path.

    Args:
        name: The label: the folder's name, or what the user wants it to be shown as.
        photos: Its photos.
        folders: The folders it lies in; several where the parts of a split, or two names shown alike, each have one.
    """

    name: str
    photos: tuple[Photo, ...]
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in the folder that is left out, and why.

    Args:
        path: The file or folder.
        kind: The group the report lists it under.
        reason: One sentence in plain words.
        photos: The files that look like photos and are left out for this reason: those inside, where it is a folder.
    """

    path: Path
    kind: ProblemKind
    reason: str
    photos: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder as scanned.

    Args:
        folder: The folder the user picked, absolute.
        classes: The classes, sorted by name; this order is the order of a model's outputs.
        problems: Everything left out because it cannot be used.
        left_out: Photos that could be used, and that the user left out.
        groups: Photos that must stay on one side of the split, two or more each: near duplicates and bursts.
    """

    folder: Path
    classes: tuple[PhotoClass, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[Photo, ...] = ()
    groups: tuple[tuple[Path, ...], ...] = ()

    @property
    def class_names(self) -> tuple[str, ...]:
        """The labels in output order."""
        return tuple(photo_class.name for photo_class in self.classes)

    @property
    def photo_count(self) -> int:
        """All usable photos."""
        return sum(len(photo_class.photos) for photo_class in self.classes)

    @property
    def has_own_split(self) -> bool:
        """Whether the folder itself says which photos are for validation or test."""
        return any(photo.part is not None for photo in self.photos())

    def photos(self) -> Iterator[Photo]:
        """Yield every usable photo, class by class."""
        for photo_class in self.classes:
            yield from photo_class.photos


@dataclass(frozen=True, slots=True)
class Split:
    """Which photo is used for what."""

    training: tuple[Photo, ...]
    validation: tuple[Photo, ...]
    test: tuple[Photo, ...] = ()

    def part(self, part: Part) -> tuple[Photo, ...]:
        """Return the photos of one part."""
        return {Part.TRAINING: self.training, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]
