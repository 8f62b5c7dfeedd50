"""Which of the user's photos a training in small is done with, and how many of them the feature cache has already."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split

_MOST_CLASSES = 8
_MOST_LOOKED_UP = 300

LookUp = Callable[[Sequence[Photo], Part], Sequence[bool]]


@dataclass(frozen=True, slots=True)
class FewPhotos:
    """A few photos of one part of the split.

    Args:
        photos: The photos, of every chosen class; those that the cache does not have were taken first.
        new_count: How many of them it does not have.
        known_share: Share of this part's photos that it has, as far as they were looked up.
        lookup_seconds: What it takes to look one up.
    """

    photos: tuple[Photo, ...]
    new_count: int
    known_share: float
    lookup_seconds: float


@dataclass(frozen=True, slots=True)
class PhotoSample:
    """The photos of a dry run: for training and for validation."""

    training: FewPhotos
    validation: FewPhotos

    @property
    def new_counts(self) -> tuple[int, int]:
        """How many of each the cache does not have."""
        return self.training.new_count, self.validation.new_count

    def collection(self, whole: Collection) -> Collection:
        """Return them as a collection that brings its own split.

        Args:
            whole: The collection that they are from.
        """
        members: dict[str, list[Photo]] = {}
        for part, few in ((Part.TRAINING, self.training), (Part.VALIDATION, self.validation)):
            for photo in few.photos:
                members.setdefault(photo.class_name, []).append(replace(photo, part=part))
        names = [name for name in whole.class_names if name in members]
        return Collection(whole.folder, tuple(PhotoClass(name, tuple(members[name])) for name in names))


def choose_photos(split: Split, training_count: int, validation_count: int, look_up: LookUp) -> PhotoSample | None:
    """Choose photos of a few classes.

    They are others each time: the cache has those of the last time, and what it has of these is to hold for all photos.

    Args:
        split: All photos.
        training_count: How many photos to learn from, where there are so many; at least two for each class.
        validation_count: How many photos to judge by, where there are so many; at least one for each class.
        look_up: Says of each photo of a part whether the cache has it.

    Returns:
        The photos, or None where no two classes have enough of them.
    """
    chance = random.Random()
    training, validation = _by_class(split.training), _by_class(split.validation)
    names = [name for name, photos in training.items() if len(photos) > 1 and name in validation]
    if len(names) <= 1:
        return None
    names = chance.sample(names, max(min(_MOST_CLASSES, len(names), training_count // 2), 2))

    def few(part: Part, members: dict[str, list[Photo]], count: int) -> FewPhotos:
        # Enough of each class to make up for one that has but few.
        most = max(_MOST_LOOKED_UP, count)
        classes = [chance.sample(members[name], min(len(members[name]), most)) for name in names]
        candidates = list(_by_turns(classes))[:most]
        started = time.perf_counter()
        is_known = dict(zip(candidates, look_up(candidates, part), strict=True))
        seconds = time.perf_counter() - started
        new_first = [sorted(photos, key=is_known.__getitem__) for photos in _by_class(candidates).values()]
        photos = tuple(islice(_by_turns(new_first), count))
        new_count = sum(not is_known[photo] for photo in photos)
        share = sum(is_known.values()) / len(candidates)
        return FewPhotos(photos, new_count, share, seconds / len(candidates))

    return PhotoSample(few(Part.TRAINING, training, training_count), few(Part.VALIDATION, validation, validation_count))


def _by_turns(classes: Sequence[Sequence[Photo]]) -> Iterator[Photo]:
    """Yield one photo of each class, then another of each, and so on."""
    return (photo for turn in zip_longest(*classes) for photo in turn if photo is not None)


def _by_class(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    classes: dict[str, list[Photo]] = {}
    for photo in photos:
        classes.setdefault(photo.class_name, []).append(photo)
    return classes
