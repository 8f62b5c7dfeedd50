"""The learning curve of a run, a JSON file in its folder: what more photos would help.

Nothing here needs TensorFlow.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.learning.learning_curve import ClassCurve, LearningCurve, MorePhotos
from tlgui.learning.recipes.fields import LONGEST_TEXT, Fields
from tlgui.learning.recipes.validation import FieldError
from tlgui.photos.collection import MOST_CLASSES

FORMAT_VERSION = 1
LEARNING_CURVE = "learning_curve.json"

_MOST_BYTES = 8 * 1024**2
_MOST_PHOTOS = 10**9
_MOST_SHARES = 20
_STEEPEST = 100.0


def write_learning_curve(path: Path, curve: LearningCurve) -> None:
    """Write the learning curve of a run.

    Args:
        path: The file to write, see `LEARNING_CURVE`.
        curve: The curve.

    Raises:
        StorageError: The disk refused; an old file is as it was.
    """
    files.write_text(path, json.dumps({"format_version": FORMAT_VERSION, **asdict(curve)}))


def read_learning_curve(path: Path) -> LearningCurve | None:
    """Read the learning curve of a run.

    Args:
        path: The file.

    Returns:
        The curve; None where there is none, as in runs of earlier versions, or the file is damaged.
    """
    try:
        fields = Fields.read(path, _MOST_BYTES, "learning curve")
        fields.whole("format_version", 1, FORMAT_VERSION)
        return _curve(fields)
    except (FieldError, RecursionError):
        return None


def _curve(fields: Fields) -> LearningCurve:
    shares = tuple(_numbers(fields, "shares", 1.0))
    if not shares or list(shares) != sorted(set(shares)) or shares[-1] != 1.0:
        raise FieldError("“shares” must ascend to 1")
    count = fields.whole("photo_count", 1, _MOST_PHOTOS)
    return LearningCurve(
        shares=shares,
        training_counts=_counts(fields, "training_counts", len(shares), _MOST_PHOTOS),
        photo_count=count,
        right_counts=_counts(fields, "right_counts", len(shares), count),
        classes=tuple(_class(Fields(item, "class"), len(shares)) for item in fields.items("classes", MOST_CLASSES)),
        advice=None if fields.is_null("advice") else _advice(Fields(fields.raw("advice"), "advice")),
    )


def _class(fields: Fields, length: int) -> ClassCurve:
    count = fields.whole("photo_count", 1, _MOST_PHOTOS)
    return ClassCurve(
        name=fields.text("name", LONGEST_TEXT),
        photo_count=count,
        right_counts=_counts(fields, "right_counts", length, count),
        slope=fields.number("slope", 0.0, _STEEPEST),
    )


def _advice(fields: Fields) -> MorePhotos:
    return MorePhotos(
        class_name=fields.text("class_name", LONGEST_TEXT),
        photo_count=fields.whole("photo_count", 1, _MOST_PHOTOS),
        right_share=fields.number("right_share", 0.0, 1.0),
        expected_share=fields.number("expected_share", 0.0, 1.0),
    )


def _counts(fields: Fields, field: str, length: int, most: int) -> tuple[int, ...]:
    counts = fields.items(field, _MOST_SHARES)
    if len(counts) != length or not all(type(count) is int and 0 <= count <= most for count in counts):
        raise FieldError(f"“{field}” must hold {length} numbers of photos")
    return tuple(counts)


def _numbers(fields: Fields, field: str, most: float) -> list[Any]:
    numbers = fields.items(field, _MOST_SHARES)
    if not all(type(number) in {int, float} and 0 < number <= most for number in numbers):
        raise FieldError(f"“{field}” must hold numbers up to {most}")
    return numbers
