"""The collection: what a scan found in the user's folder, as frozen values."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from pathlib import Path

from tlgui.photos.layouts import Layout

# A confusion matrix grows with the square of the classes, and the window, the engine and the model file each hold one.
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
    UNSUPPORTED = "unsupported"
    TOO_LARGE = "too large"
    NO_PERMISSION = "no permission"
    EMPTY_CLASS = "empty class"
    OUTSIDE_CLASS = "outside a class"
    WITHOUT_CLASS = "without a class"
    FOR_PREDICTION = "for prediction"
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
        part: The part of the folder it lies in (`train/…`); None where the split is up to tlgui.
        arrival: The number of the scan that first found it: 0 for the first scan, and one more for each later one
            that found new photos. The split assigns earlier arrivals first.
    """

    path: Path
    class_name: str
    part: Part | None = None
    arrival: int = 0


@dataclass(frozen=True, slots=True)
class PhotoClass:
    """One class and its photos, sorted by path.

    Args:
        name: The label: the folder's name, or the name that the user gave the class.
        photos: Its photos.
        folders: Its folders; several where each part of a split has one, or where two folders are shown by one name.
        labels: Its labels, where no folder stands for it: by file names or by a table.

    Attributes:
        part_counts: The number of its photos by `Photo.part`. Counted once, on the thread that makes the class: the
            window asks for it, and counting 100,000 photos blocks it.
    """

    name: str
    photos: tuple[Photo, ...]
    folders: tuple[Path, ...] = ()
    labels: tuple[str, ...] = ()
    part_counts: Mapping[Part | None, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Count the photos."""
        object.__setattr__(self, "part_counts", Counter(map(attrgetter("part"), self.photos)))


@dataclass(frozen=True, slots=True)
class Problem:
    """One file or folder that is left out, and why.

    Args:
        path: The file or folder.
        kind: The group the report lists it under.
        reason: One sentence for the user.
        photos: The files that look like photos and are left out for this reason: where it is a folder, those in it.
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
        problems: Files and folders that cannot be used.
        left_out: Usable photos that the user left out.
        groups: Photos that come into one part of the split, two or more each: near copies and bursts.
        parts: The folders of the folder's own split, with their part.
        layout: How the folder was read.
        short_side: The median of the photos' shorter sides, in pixels; 0 where it is not known.
    """

    folder: Path
    classes: tuple[PhotoClass, ...]
    problems: tuple[Problem, ...] = ()
    left_out: tuple[Photo, ...] = ()
    groups: tuple[tuple[Path, ...], ...] = ()
    parts: tuple[tuple[Path, Part], ...] = ()
    layout: Layout = field(default_factory=Layout)
    short_side: int = 0

    @property
    def class_names(self) -> tuple[str, ...]:
        """The labels, in the order of a model's outputs."""
        return tuple(photo_class.name for photo_class in self.classes)

    @property
    def photo_count(self) -> int:
        """The number of usable photos."""
        return sum(len(photo_class.photos) for photo_class in self.classes)

    @property
    def has_own_split(self) -> bool:
        """Whether the folder is divided into parts, such as `train` and `test`."""
        return any(part is not None for item in self.classes for part in item.part_counts)

    def has_photos_in(self, part: Part) -> bool:
        """Return whether the folder has photos of a part, such as `test`."""
        return any(part in item.part_counts for item in self.classes)

    def photos(self) -> Iterator[Photo]:
        """Yield every usable photo, class by class."""
        for photo_class in self.classes:
            yield from photo_class.photos

    def spread(self, most: int) -> tuple[Photo, ...]:
        """Return usable photos of all classes at equal distances, at most so many."""
        photos = tuple(self.photos())
        return photos[:: max(1, len(photos) // most)][:most]


@dataclass(frozen=True, slots=True)
class Split:
    """A collection's photos by part; each photo is in exactly one.

    Args:
        training: The photos to train on.
        validation: The photos to evaluate each epoch on.
        test: The photos for an evaluation of the finished model.

    Attributes:
        class_counts: The number of photos of each class by part; counted once, see `PhotoClass.part_counts`.
    """

    training: tuple[Photo, ...]
    validation: tuple[Photo, ...]
    test: tuple[Photo, ...] = ()
    class_counts: Mapping[Part, Mapping[str, int]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Count the photos."""
        counts = {part: Counter(map(attrgetter("class_name"), self.part(part))) for part in Part}
        object.__setattr__(self, "class_counts", counts)

    def part(self, part: Part) -> tuple[Photo, ...]:
        """Return the photos of one part."""
        return {Part.TRAINING: self.training, Part.VALIDATION: self.validation, Part.TEST: self.test}[part]
