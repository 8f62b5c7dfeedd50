"""What a run's model says of each photo that it was not trained on: the photos behind the numbers of the results.

It is a compressed JSON file in the run's folder, of columns instead of objects: 100,000 photos are read in half a
second. Nothing here needs TensorFlow.
"""

import gzip
import itertools
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui import files
from tlgui.learning.recipes.fields import LONGEST_TEXT, Fields
from tlgui.learning.trust import JudgedBy, PhotoJudgement
from tlgui.photos.collection import MOST_CLASSES

FORMAT_VERSION = 1
JUDGEMENTS = "judgements.json.gz"

_MOST_PACKED_BYTES = 64 * 1024**2
# As of the list of training photos: parsed JSON can take twenty times its size in memory.
_MOST_BYTES = 128 * 1024**2
_MOST_PHOTOS = 10**6
_DIGITS = 7
# Faster compression: digests and probabilities take most of the file, and hardly get smaller.
_COMPRESSION = 2
_DIGEST_LENGTH = 64
_HEXADECIMAL = frozenset("0123456789abcdef")


def write_judgements(path: Path, judgements: Sequence[PhotoJudgement]) -> None:
    """Write the judgements of a run.

    Args:
        path: The file to write, see `Run.judgements_path`.
        judgements: One for each photo, or several of different kinds; of at most `MOST_CLASSES` classes.

    Raises:
        StorageError: The disk refused.
    """
    names = {name: None for each in judgements for name in (each.class_name, each.named)}
    numbers = {name: number for number, name in enumerate(names)}
    kinds = list(JudgedBy)
    listed = {
        "format_version": FORMAT_VERSION,
        "classes": list(numbers),
        "places": [each.place for each in judgements],
        "digests": [each.digest for each in judgements],
        "class_numbers": [numbers[each.class_name] for each in judgements],
        "named_numbers": [numbers[each.named] for each in judgements],
        "probabilities": [round(each.probability, _DIGITS) for each in judgements],
        "own_probabilities": [round(each.own_probability, _DIGITS) for each in judgements],
        "mislabelled": [None if each.mislabelled is None else round(each.mislabelled, _DIGITS) for each in judgements],
        "judged_by": [kinds.index(each.judged_by) for each in judgements],
        "kinds": [kind.value for kind in kinds],
    }
    with files.atomic_open(path) as stream:
        # Without a time, so that the same judgements give the same file.
        stream.write(gzip.compress(json.dumps(listed).encode(), _COMPRESSION, mtime=0))


def read_judgements(path: Path) -> tuple[PhotoJudgement, ...]:
    """Read the judgements of a run.

    Args:
        path: The file, see `Run.judgements_path`.

    Returns:
        The judgements in the order in which they were written; none where the file is missing, as in runs of earlier
        versions, or damaged.
    """
    try:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        text = unpacker.decompress(files.read_regular(path, _MOST_PACKED_BYTES), _MOST_BYTES)
        fields = Fields(json.loads(text) if unpacker.eof else {}, "judgements")
        fields.whole("format_version", 1, FORMAT_VERSION)
        return _judgements(fields)
    except (OSError, ValueError, OverflowError, RecursionError, zlib.error):
        return ()


def _judgements(fields: Fields) -> tuple[PhotoJudgement, ...]:
    """Build the judgements from columns, each checked as a whole.

    Raises:
        ValueError: A column breaks its rule; a `FieldError` is one.
    """
    names = fields.names("classes", MOST_CLASSES)
    kinds = [JudgedBy(kind) for kind in fields.names("kinds", len(JudgedBy))]
    places = _texts(fields, "places")
    count = len(places)
    class_numbers = _numbers(fields, "class_numbers", count, len(names))
    named_numbers = _numbers(fields, "named_numbers", count, len(names))
    columns = (
        places,
        _digests(fields, count),
        (names[number] for number in class_numbers),
        (names[number] for number in named_numbers),
        _probabilities(fields, "probabilities", count),
        _probabilities(fields, "own_probabilities", count),
        (kinds[number] for number in _numbers(fields, "judged_by", count, len(kinds))),
        _optional_probabilities(fields, "mislabelled", count),
    )
    return tuple(itertools.starmap(PhotoJudgement, zip(*columns, strict=True)))


def _texts(fields: Fields, field: str) -> list[str]:
    texts: list[str] = fields.items(field, _MOST_PHOTOS)
    if not all(type(text) is str and len(text) <= LONGEST_TEXT for text in texts):
        raise ValueError(field)
    return texts


def _digests(fields: Fields, count: int) -> list[str]:
    digests = _texts(fields, "digests")
    _check(len(digests) == count, "digests")
    _check({len(digest) for digest in digests} <= {0, _DIGEST_LENGTH}, "digests")
    _check(frozenset().union(*digests) <= _HEXADECIMAL, "digests")
    return digests


def _numbers(fields: Fields, field: str, count: int, end: int) -> list[int]:
    """Return whole numbers from 0 to `end` - 1."""
    numbers: list[int] = fields.items(field, _MOST_PHOTOS)
    _check(len(numbers) == count and all(type(number) is int for number in numbers), field)
    array = np.array(numbers, np.int64)
    _check(bool(((array >= 0) & (array < end)).all()), field)
    return numbers


def _probabilities(fields: Fields, field: str, count: int) -> list[float]:
    """Return finite numbers from 0 to 1."""
    values: list[float] = fields.items(field, _MOST_PHOTOS)
    _check(len(values) == count and all(type(value) is float or type(value) is int for value in values), field)
    array: NDArray[np.float64] = np.array(values, np.float64)
    _check(bool(((array >= 0) & (array <= 1)).all()), field)
    return values


def _optional_probabilities(fields: Fields, field: str, count: int) -> list[float | None]:
    """Return finite numbers from 0 to 1, or None; only None where the column is missing, as in earlier versions."""
    if not fields.has(field):
        return [None] * count
    values: list[float | None] = fields.items(field, _MOST_PHOTOS)
    known = [value for value in values if value is not None]
    _check(len(values) == count and all(type(value) is float or type(value) is int for value in known), field)
    array: NDArray[np.float64] = np.array(known, np.float64)
    _check(bool(((array >= 0) & (array <= 1)).all()), field)
    return values


def _check(is_right: bool, field: str) -> None:  # noqa: FBT001 - the rule, and the field that it is for
    if not is_right:
        raise ValueError(field)
