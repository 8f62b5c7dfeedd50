"""Folder names that stand for a part of a split, such as `train`, `seg_test` or `ValidationImages`."""

import re

from tlgui.photos.collection import Part

_PARTS = {
    "train": Part.TRAINING,
    "training": Part.TRAINING,
    "val": Part.VALIDATION,
    "valid": Part.VALIDATION,
    "validation": Part.VALIDATION,
    "dev": Part.VALIDATION,
    "test": Part.TEST,
    "testing": Part.TEST,
    "eval": Part.TEST,
    "evaluation": Part.TEST,
}
# As whole names these are parts wherever they stand; other names only where nothing speaks against it.
_EXACT = frozenset({"train", "training", "val", "valid", "validation", "test", "testing"})
_FOR_PREDICTION = frozenset({"pred", "predict", "prediction", "unlabeled", "unlabelled", "unseen"})
_GENERIC = frozenset(
    {
        "set",
        "sets",
        "data",
        "dataset",
        "image",
        "images",
        "img",
        "imgs",
        "photo",
        "photos",
        "picture",
        "pictures",
        "pics",
    }
    | {"jpg", "jpeg", "png", "folder", "folders", "dir", "files", "raw", "all", "split", "dcim"}
)
_SUBDIVISIONS = _GENERIC | frozenset(
    {
        "batch",
        "part",
        "session",
        "day",
        "week",
        "month",
        "year",
        "camera",
        "cam",
        "site",
        "station",
        "roll",
        "series",
        "shoot",
    }
    | {"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november"}
    | {"december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}
)
_CAMERA_FOLDER = re.compile(r"\d{3}[A-Z0-9_]{5}")
_DATE = re.compile(r"(19|20)\d{2}([-_. ]?\d{1,2}){0,2}")
_BETWEEN_WORDS = re.compile(r"[\W\d_]+|(?<=[a-z])(?=[A-Z])")


def part_named(name: str) -> Part | None:
    """Return the part of a split that a folder name stands for; None where it stands for none.

    The word may be anywhere in the name. A name with the words of training and validation is one for training; a name
    with the words of other different parts is none.

    Args:
        name: The folder's name.

    Example:
        >>> part_named("training_set"), part_named("seg_test"), part_named("val2017"), part_named("trainers")
        (<Part.TRAINING: 'training'>, <Part.TEST: 'test'>, <Part.VALIDATION: 'validation'>, None)
    """
    found = {_PARTS[word] for word in words_of(name) if word in _PARTS}
    if found == {Part.TRAINING, Part.VALIDATION}:
        return Part.TRAINING
    return found.pop() if len(found) == 1 else None


def is_exact_part_name(name: str) -> bool:
    """Return whether a folder name is the name of a part and nothing else, such as `train`."""
    return name.lower() in _EXACT


def is_for_prediction(name: str) -> bool:
    """Return whether a folder name says that its photos have no classes yet, such as `seg_pred`."""
    return any(word in _FOR_PREDICTION for word in words_of(name))


def is_generic(name: str) -> bool:
    """Return whether a folder name does not say what its photos show: `images`, `data`, `train`, `test1`, `42`."""
    return all(word in _GENERIC or word in _PARTS or word in _FOR_PREDICTION for word in words_of(name))


def is_dated(name: str) -> bool:
    """Return whether a folder name is a date or a camera's: `2023`, `2023-05-01`, `100CANON`."""
    return _DATE.fullmatch(name) is not None or _CAMERA_FOLDER.fullmatch(name) is not None


def is_subdivision(name: str) -> bool:
    """Return whether photos of one class are kept in folders of such names: `2023`, `01 May`, `100CANON`, `site 4`."""
    return is_dated(name) or all(word in _SUBDIVISIONS for word in words_of(name))


def words_beside_part(name: str) -> frozenset[str]:
    """Return what else is in the name of a part: empty for `test_set`, `seg` for `seg_test`.

    The parts of one split have the same words beside the part, so that `steam train` and `test tube` are none.
    """
    return frozenset(word for word in words_of(name) if word not in _PARTS and word not in _GENERIC)


def words_of(name: str) -> list[str]:
    """Return the words of a name in lower case, without digits: split at signs, digits and capital letters."""
    return [word.lower() for word in _BETWEEN_WORDS.split(name) if word]
