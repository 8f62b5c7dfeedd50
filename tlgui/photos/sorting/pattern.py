"""The pattern that says where in the target folder a photo goes, such as `{class}/{year}/{name}`."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from tlgui.photos.folder_names import MOST_NAME_BYTES, name_problem, safe_name, shortened

DEFAULT_PATTERN = "{class}/{name}"
WORDS = ("class", "year", "month", "name", "certainty")
"""What can stand in a pattern, in braces."""

_WORD = re.compile(r"\{([^{}]*)\}")
_NO_DATE = "no date"
_RANGE = 10
# The longest ending of a file's name, such as “.jpg.xmp”, and a number before it.
_ROOM = 40


@dataclass(frozen=True, slots=True)
class Filling:
    """What the words of a pattern stand for in one photo.

    Args:
        folder: The folder name of its class, or of photos that are not named.
        is_named: Whether it is named.
        name: Its file name without the ending.
        certainty: 0..1.
        taken: When it was taken, in the camera's local time; None where that is unknown.
    """

    folder: str
    is_named: bool
    name: str
    certainty: float
    taken: datetime | None = None


def pattern_problem(pattern: str) -> str:
    """Return a sentence that says what is wrong with a pattern; empty where nothing is.

    A pattern is the path of a photo in the target folder, without the ending of the file's name. It may have `{class}`,
    `{year}`, `{month}`, `{certainty}`, and in the last part `{name}`. Where that is missing, the last part is a folder
    too and the photo keeps its name.

    Example:
        >>> print(pattern_problem("{class}/{year}/{name}") or "good")
        good
        >>> print(pattern_problem("{klass}"))
        “{klass}” is not known: a pattern can have {class}, {year}, {month}, {name} and {certainty}.
    """
    unknown = next((word for word in _WORD.findall(pattern) if word not in WORDS), None)
    if unknown is not None:
        known = ", ".join(f"{{{word}}}" for word in WORDS[:-1])
        return f"“{{{unknown}}}” is not known: a pattern can have {known} and {{{WORDS[-1]}}}."
    if "{" in (rest := _WORD.sub("", pattern)) or "}" in rest:
        return "A brace in the pattern has no other one that belongs to it."
    parts = pattern.split("/")
    if not all(parts):
        return "The pattern has an empty part: write it without a slash at its ends, and with single ones inside."
    if any("{name}" in part for part in parts[:-1]):
        return "{name} can stand in the last part of the pattern only."
    for part in parts:
        if problem := name_problem(_WORD.sub("x", part)):
            return f"“{part}” cannot be a part of the pattern: {problem}."
    return ""


def has_class(pattern: str) -> bool:
    """Return whether the class of a photo is part of its path."""
    return "{class}" in pattern


def wants_date(pattern: str) -> bool:
    """Return whether a pattern needs to know when photos were taken."""
    return "{year}" in pattern or "{month}" in pattern


def folders_and_name(pattern: str, filling: Filling) -> tuple[tuple[str, ...], str]:
    """Return the folders of a photo in the target folder, outer ones first, and its name without the ending.

    Photos that are not named get their own folder, in the place of `{class}` or around all others.

    Args:
        pattern: A pattern without a problem.
        filling: What its words stand for.

    Example:
        >>> folders_and_name("{class}/{certainty}", Filling("wren", True, "IMG_1", 0.93))
        (('wren', '90-99'), 'IMG_1')
    """
    *folders, last = pattern.split("/")
    has_name = "{name}" in last
    if not has_name:
        folders.append(last)
    words = _folder_words(filling)
    found = [safe_name(_filled(part, words)) for part in folders]
    if not filling.is_named and not has_class(pattern):
        found.insert(0, filling.folder)
    if not has_name:
        return tuple(found), filling.name
    words["certainty"] = f"{_per_cent(filling):02}"
    name = _filled(last, words)
    # A name that is the photo's own is taken by the disk that it is on.
    return tuple(found), name if name == filling.name else shortened(name, MOST_NAME_BYTES - _ROOM)


def _folder_words(filling: Filling) -> dict[str, str]:
    """Return the words as folders have them: certainties in steps of ten per cent."""
    low = _per_cent(filling) // _RANGE * _RANGE
    taken = filling.taken
    return {
        "class": filling.folder,
        "year": f"{taken.year:04}" if taken is not None else _NO_DATE,
        "month": f"{taken.month:02}" if taken is not None else _NO_DATE,
        "name": filling.name,
        "certainty": f"{low:02}-{low + _RANGE - 1}" if low < 100 else "100",
    }


def _per_cent(filling: Filling) -> int:
    # 0.29 * 100 is less than 29.
    return max(0, min(100, math.floor(filling.certainty * 100 + 1e-9)))


def _filled(part: str, words: Mapping[str, str]) -> str:
    return _WORD.sub(lambda found: words[found[1]], part)


def date_of(seconds: float) -> datetime | None:
    """Return the time of so many seconds since 1970; None where that is no year of a calendar."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def local_date_of(seconds: float) -> datetime | None:
    """Return the local time of a file's time."""
    try:
        return datetime.fromtimestamp(seconds).astimezone()
    except (OverflowError, OSError, ValueError):
        return None
