"""Chooses the photos of a dry run, and looks up how many photos the feature cache has."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, Split

_MOST_CLASSES = 8
_MOST_LOOKED_UP = 300

# From photos of one part of the split to whether the cache has the features of each.
LookUp = Callable[[Sequence[Photo], Part], Sequence[bool]]


@dataclass(frozen=True, slots=True)
class PartSample:
    """The chosen photos of one part of the split.

    Args:
        photos: The photos, of each chosen class; photos that are not cached are preferred.
        new_count: How many of them are not cached.
        cached_share: Share of all photos of this part that are cached, 0..1, estimated from those that were looked up.
        lookup_seconds: Time to look up one photo.
    """

    photos: tuple[Photo, ...]
    new_count: int
    cached_share: float
    lookup_seconds: float


@dataclass(frozen=True, slots=True)
class PhotoSample:
    """The photos of a dry run, for training and for validation."""

    training: PartSample
    validation: PartSample

    @property
    def new_counts(self) -> tuple[int, int]:
        """How many training and validation photos are not cached."""
        return self.training.new_count, self.validation.new_count

    def collection(self, whole: Collection) -> Collection:
        """Return the photos as a collection with a split of its own.

        Args:
            whole: The collection that they are from.
        """
        members: dict[str, list[Photo]] = {}
        for part, sample in ((Part.TRAINING, self.training), (Part.VALIDATION, self.validation)):
            for photo in sample.photos:
                members.setdefault(photo.class_name, []).append(replace(photo, part=part))
        names = [name for name in whole.class_names if name in members]
        return Collection(whole.folder, tuple(PhotoClass(name, tuple(members[name])) for name in names))


def choose_photos(split: Split, training_count: int, validation_count: int, look_up: LookUp) -> PhotoSample | None:
    """Choose photos of a few classes at random.

    The choice differs between calls, because the photos of the last dry run are cached and would make the share of
    cached photos look larger than it is.

    Args:
        split: All photos.
        training_count: Training photos to choose, at least two of each chosen class, if there are so many.
        validation_count: Validation photos to choose, at least one of each chosen class, if there are so many.
        look_up: Returns for each photo of a part whether it is cached.

    Returns:
        The photos, or None if no two classes have enough of them.
    """
    rng = random.Random()
    training, validation = _by_class(split.training), _by_class(split.validation)
    names = [name for name, photos in training.items() if len(photos) > 1 and name in validation]
    if len(names) <= 1:
        return None
    names = rng.sample(names, max(min(_MOST_CLASSES, len(names), training_count // 2), 2))

    def sample(part: Part, members: dict[str, list[Photo]], count: int) -> PartSample:
        # As many of each class as are wanted in all, to fill up for small classes.
        most = max(_MOST_LOOKED_UP, count)
        classes = [rng.sample(members[name], min(len(members[name]), most)) for name in names]
        candidates = list(_by_turns(classes))[:most]
        started = time.perf_counter()
        is_cached = dict(zip(candidates, look_up(candidates, part), strict=True))
        seconds = time.perf_counter() - started
        new_first = [sorted(photos, key=is_cached.__getitem__) for photos in _by_class(candidates).values()]
        photos = tuple(islice(_by_turns(new_first), count))
        new_count = sum(not is_cached[photo] for photo in photos)
        share = sum(is_cached.values()) / len(candidates)
        return PartSample(photos, new_count, share, seconds / len(candidates))

    return PhotoSample(
        sample(Part.TRAINING, training, training_count), sample(Part.VALIDATION, validation, validation_count)
    )


def _by_turns(classes: Sequence[Sequence[Photo]]) -> Iterator[Photo]:
    """Yield one photo of each class, then another of each, and so on."""
    return (photo for turn in zip_longest(*classes) for photo in turn if photo is not None)


def _by_class(photos: Sequence[Photo]) -> dict[str, list[Photo]]:
    classes: dict[str, list[Photo]] = {}
    for photo in photos:
        classes.setdefault(photo.class_name, []).append(photo)
    return classes
