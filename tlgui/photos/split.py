"""Divides a collection into training, validation and test photos, and explains why a collection cannot be divided.

- **The same seed gives the same split.** A photo's rank is a BLAKE2b hash of the seed and its path inside the
  collection, so the split depends on neither the order of the listing nor the place of the folder.
- **Photos that are added later move no earlier one.** Arrivals are assigned in order: otherwise a validation photo of
  one training would be a training photo of the next, and their accuracies could not be compared.
- **What belongs together stays together.** Near copies, and shots of one camera within two seconds, come into one part
  (`scanning/duplicates.py`): on both sides of a split they make the validation accuracy too high.
- **Photos that cannot be read are left out before the division** (`scanning/scan.py`, `scanning/unreadable.py`), so
  that the shares hold for the photos that are used.
"""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import MOST_CLASSES, Collection, Part, Photo, PhotoClass, ProblemKind, Split
from tlgui.photos.counting import listed
from tlgui.photos.dividing import Rank, divide
from tlgui.photos.names import shown_name
from tlgui.photos.places import portable, prefix

_FEWEST_CLASSES = 2
_FEWEST_PHOTOS = 2
_ENOUGH = (
    f"Each class needs at least {_FEWEST_PHOTOS} photos, to learn from and to be checked on; 20 or more work well."
)


def split_collection(collection: Collection, validation: float, test: float, use_own: bool, seed: int) -> Split:  # noqa: FBT001 - the settings of the recipe, in its order
    """Divide a collection class by class, so that every class has its share in every part.

    With `use_own`, photos stay in the part of their folder; validation photos of a class that has none are taken from
    its training photos, and so are test photos where the folder has none at all. Photos of one of the collection's
    groups come into one part, except where the folder divides them.

    Args:
        collection: At least two classes.
        validation: Share of each class for validation, 0..1; at least one photo.
        test: Share of each class for testing, 0..1.
        use_own: Whether the folder's own `train`, `validation` and `test` are kept where it has them.
        seed: 0 or greater; other seeds divide differently.

    Returns:
        Every photo in exactly one part, in the collection's order.

    Raises:
        CollectionError: Fewer than two classes, too many of them, or a class with too few photos.

    Example:
        >>> from pathlib import Path
        >>> from tlgui.photos.collection import Collection, Photo, PhotoClass
        >>> folder = Path("pets")
        >>> classes = [
        ...     PhotoClass(name, tuple(Photo(folder / name / f"{number}.jpg", name) for number in range(10)))
        ...     for name in ("cat", "dog")
        ... ]
        >>> split = split_collection(Collection(folder, tuple(classes)), 0.2, 0.1, use_own=True, seed=1)
        >>> len(split.training), len(split.validation), len(split.test)
        (14, 4, 2)
    """
    own = use_own and collection.has_own_split
    check_divisible(collection, use_own=use_own)
    parts = _own_parts(collection) if own else {}
    has_test = Part.TEST in parts.values()
    free: dict[str, list[Photo]] = {}
    shares: dict[str, tuple[float, float]] = {}
    for photo_class in collection.classes:
        name, photos = photo_class.name, photo_class.photos
        free[name] = [photo for photo in photos if photo.path not in parts] if parts else list(photos)
        has_validation = own and Part.VALIDATION in photo_class.part_counts
        shares[name] = 0.0 if has_validation else validation, 0.0 if has_test else test
    parts.update(divide(free, shares, collection.groups, _ranks(collection, seed)))
    divided: dict[Part, list[Photo]] = {part: [] for part in Part}
    for photo in collection.photos():
        divided[parts[photo.path]].append(photo)
    return Split(tuple(divided[Part.TRAINING]), tuple(divided[Part.VALIDATION]), tuple(divided[Part.TEST]))


def _own_parts(collection: Collection) -> dict[Path, Part]:
    """Return the photos that the folder puts into validation or test; the others may be divided."""
    fixed = (Part.VALIDATION, Part.TEST)
    return {photo.path: photo.part for photo in collection.photos() if photo.part in fixed}


def check_divisible(collection: Collection, *, use_own: bool) -> None:
    """Raise where `split_collection` would raise.

    Args:
        collection: The photos, before or after the closer look.
        use_own: As for `split_collection`.

    Raises:
        CollectionError: Fewer than two classes, too many of them, or a class with too few photos.
    """
    lacking = _advice(collection, own=use_own and collection.has_own_split)
    if lacking:
        raise CollectionError(" ".join(lacking), "Change the folder, then scan it again.")


def training_advice(collection: Collection) -> tuple[str, ...]:
    """Return what must be changed before the collection can be trained on.

    Args:
        collection: The photos.

    Returns:
        Sentences for the user; empty where nothing must be changed.
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
    if len(collection.classes) > MOST_CLASSES:
        advice.append(
            f"There are {len(collection.classes):,} classes, and a model can tell {MOST_CLASSES:,} apart at most. "
            "Choose a folder with fewer subfolders, or put several classes into one."
        )
    few = [item for item in collection.classes if _training_count(item, own=own) < _FEWEST_PHOTOS]
    if few:
        photos = " to the training part" if own else ""
        advice.append(f"Add photos{photos} of {listed([item.name for item in few])}. {_ENOUGH}")
    return tuple(advice)


def _where_photos_are(collection: Collection) -> str:
    """Return the explanation of a folder without classes: often the right folder is one level further down, or up."""
    name = shown_name(collection.folder)
    if parts := collection.layout.parts_without_classes:
        names = listed([shown_name(part) for part in parts], "folder", "folders")
        are = "is named like a part" if len(parts) == 1 else "are named like the parts"
        return f"{names} {are} of a split, but there are no class folders in {'it' if len(parts) == 1 else 'them'}."
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
    counts = photo_class.part_counts
    return counts.get(Part.TRAINING, 0) + counts.get(None, 0) if own else len(photo_class.photos)


def _ranks(collection: Collection, seed: int) -> Callable[[Photo], Rank]:
    """Return the function that ranks a photo by the seed and its path in the collection, and by nothing else."""
    start, salt = prefix(collection.folder), seed.to_bytes(8, "big")
    # As `os.fsencode`, without a look-up of the system's encoding for each photo.
    encoding, errors = sys.getfilesystemencoding(), sys.getfilesystemencodeerrors()

    def rank(photo: Photo) -> Rank:
        path = str(photo.path)
        place = portable(path.removeprefix(start)).encode(encoding, errors)
        return hashlib.blake2b(place, digest_size=8, salt=salt).digest(), path

    return rank
