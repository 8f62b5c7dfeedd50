"""Divides a collection into training, validation and test photos, and says what a collection lacks for that.

A photo's place follows from a hash of the seed and its path, not from its neighbours: when photos are added, the
others stay where they are, but for the few at a border that the new counts move.
"""

import hashlib
import os
from collections.abc import Sequence

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, Photo, PhotoClass, ProblemKind, Split
from tlgui.photos.decode import shown_name

_FEWEST_CLASSES = 2
_FEWEST_PHOTOS = 2
_NAMES_SHOWN = 3
_ENOUGH = (
    f"Each class needs at least {_FEWEST_PHOTOS} photos, to learn from and to be checked on; 20 or more work well."
)


def split_collection(collection: Collection, validation: float, test: float, use_own: bool, seed: int) -> Split:  # noqa: FBT001 - the settings of the recipe, in its order
    """Divide a collection class by class, so that every class has its share in every part.

    With `use_own`, photos stay in the part their folder puts them in; a class without validation photos of its own
    has them cut from its training photos, and so are test photos where the folder has none at all.

    Args:
        collection: At least two classes.
        validation: Share of each class to judge the training by, 0..1; at least one photo.
        test: Share of each class to keep apart for an evaluation, 0..1.
        use_own: Keep to the folder's own `train`, `validation` and `test` where it has them.
        seed: Other seeds divide otherwise.

    Returns:
        Every photo in exactly one part, in the collection's order.

    Raises:
        CollectionError: Fewer than two classes, or a class with too few photos.
    """
    own = use_own and collection.has_own_split
    too_few = _advice(collection, own=own)
    if too_few:
        raise CollectionError(" ".join(too_few), "Add photos, then scan the folder again.")
    has_test = own and any(photo.part is Part.TEST for photo in collection.photos())
    divided: dict[Part, list[Photo]] = {part: [] for part in Part}
    for photo_class in collection.classes:
        photos = photo_class.photos
        parts = [photo.part or Part.TRAINING for photo in photos] if own else [Part.TRAINING] * len(photos)
        lots = [_lot(photo, collection, seed) for photo in photos]
        free = sorted((place for place, part in enumerate(parts) if part is Part.TRAINING), key=lots.__getitem__)
        has_validation = Part.VALIDATION in parts
        cut = _cut(len(free), 0.0 if has_validation else validation, 0.0 if has_test else test)
        for place, part in zip(free, cut, strict=True):
            parts[place] = part
        for photo, part in zip(photos, parts, strict=True):
            divided[part].append(photo)
    return Split(tuple(divided[Part.TRAINING]), tuple(divided[Part.VALIDATION]), tuple(divided[Part.TEST]))


def training_advice(collection: Collection) -> tuple[str, ...]:
    """Say what must be added before the collection can be trained on.

    Returns:
        Sentences; none when the collection will do.
    """
    return _advice(collection, own=collection.has_own_split)


def _advice(collection: Collection, *, own: bool) -> tuple[str, ...]:
    if not collection.classes:
        return (_where_photos_are(collection),)
    advice = []
    if len(collection.classes) < _FEWEST_CLASSES:
        advice.append(
            f"There is only one class with photos, “{collection.classes[0].name}”. "
            "Add a second subfolder with photos of something else."
        )
    few = [item for item in collection.classes if _training_count(item, own=own) < _FEWEST_PHOTOS]
    if few:
        photos = " to the training part" if own else ""
        advice.append(f"Add photos{photos} of {_listed([item.name for item in few])}. {_ENOUGH}")
    return tuple(advice)


def _where_photos_are(collection: Collection) -> str:
    """Explain a folder without a single class: often the right folder is one level further down, or up."""
    name = shown_name(collection.folder)
    parents = {problem.path.parent for problem in collection.problems if problem.kind is ProblemKind.NESTED}
    if len(parents) == 1:
        return f"The photos seem to lie one folder deeper. Choose the folder “{shown_name(parents.pop())}” instead."
    if parents:
        return f"The photos in “{name}” lie in folders inside the class folders. Move them up into the class folders."
    if any(problem.kind is ProblemKind.OUTSIDE_CLASS for problem in collection.problems):
        return (
            f"The photos in “{name}” are not in subfolders. Make one subfolder for each class and move them there, "
            "or choose the folder that holds the class folders."
        )
    return (
        f"No photos that can be used were found in “{name}”. "
        f"Make one subfolder for each class and put at least {_FEWEST_PHOTOS} photos in each."
    )


def _training_count(photo_class: PhotoClass, *, own: bool) -> int:
    return sum(photo.part in {Part.TRAINING, None} for photo in photo_class.photos) if own else len(photo_class.photos)


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name}”" for name in names[:_NAMES_SHOWN]]
    more = len(names) - len(shown)
    if more:
        shown.append(f"{more} more {'class' if more == 1 else 'classes'}")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _lot(photo: Photo, collection: Collection, seed: int) -> tuple[bytes, str]:
    """Return a photo's lot, which depends on nothing but the seed and its path in the collection."""
    path, folder = str(photo.path), f"{collection.folder}{os.sep}"
    inside = path.removeprefix(folder).replace(os.sep, "/")
    return hashlib.blake2b(os.fsencode(inside), digest_size=8, salt=seed.to_bytes(8, "big")).digest(), path


def _cut(count: int, validation: float, test: float) -> list[Part]:
    """Return the parts of so many photos: validation in front, test at the back, training between them.

    A photo more or less then moves one photo at each border, and none between validation and test.
    """
    most = max(count - 1, 0)
    validation_count = min(max(1, round(count * validation)), most) if validation else 0
    test_count = min(max(1, round(count * test)), most - validation_count) if test else 0
    training_count = count - validation_count - test_count
    return [Part.VALIDATION] * validation_count + [Part.TRAINING] * training_count + [Part.TEST] * test_count
