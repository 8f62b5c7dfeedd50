"""Classes by file names: `cat.0.jpg`, `dog_17.png` and `0042 great tit (3).jpg` name their class.

A class is what is left of a name without the numbers around it. It counts where at least two photos have it, and where
it is not a word that cameras and programs begin names with, such as `IMG_0042.jpg`.
"""

import re
from collections import Counter
from collections.abc import Iterable

from tlgui.photos.names import one_line

_FEWEST_PHOTOS = 2
_NUMBERS_BEFORE = re.compile(r"^(?:[\W_]*\d+[\W_]+)+")
_NUMBERS_BEHIND = re.compile(r"(?:[\W_]+(?:\d+|copy))+[\W_]*$", re.IGNORECASE)
_DIGITS_BEHIND = re.compile(r"\d+$")
_CAMERA_WORDS = frozenset(
    {"img", "image", "images", "imag", "dsc", "dscn", "dscf", "dscx", "pict", "picture", "pic", "photo", "foto", "bild"}
    | {"p", "pxl", "gopr", "gh", "gx", "dji", "mvi", "mov", "vid", "cimg", "sam", "kimg", "wp", "hpim", "sdc", "imgp"}
    | {"screenshot", "screen shot", "scan", "frame", "capture", "snapshot", "untitled", "file", "jpg", "test", "train"}
    | {"val", "img e", "whatsapp image", "signal", "telegram", "received", "image from ios"}
)


def class_in(file_name: str) -> str:
    """Return what a file name begins or ends with beside its numbers; empty where that is nothing.

    Args:
        file_name: The name with its suffix.

    Example:
        >>> [class_in(name) for name in ("cat.0.jpg", "american_bulldog_12.png", "0042 wren (3).jpg", "70.jpg")]
        ['cat', 'american_bulldog', 'wren', '']
    """
    stem = file_name.rpartition(".")[0] or file_name
    if not any(letter.isdigit() for letter in stem):
        return ""
    name, is_numbered = _NUMBERS_BEHIND.subn("", _NUMBERS_BEFORE.sub("", stem))
    # In `n02099601_123` the first number is part of the class, in `cat001` it is not.
    name = name if is_numbered else _DIGITS_BEHIND.sub("", name)
    return one_line(name.strip(" ._-"))


class NamedClasses:
    """The classes by the names of some files.

    Args:
        file_names: All of them.

    Example:
        >>> named = NamedClasses(["cat.0.jpg", "cat.1.jpg", "Dog.0.jpg", "Dog.1.jpg", "IMG_1.jpg", "IMG_2.jpg"])
        >>> named.classes
        ('Dog', 'cat')
        >>> named.class_of("CAT.7.jpg"), named.class_of("IMG_1.jpg")
        ('cat', None)
    """

    def __init__(self, file_names: Iterable[str]) -> None:
        spellings: dict[str, Counter[str]] = {}
        for file_name in file_names:
            if name := class_in(file_name):
                spellings.setdefault(name.casefold(), Counter())[name] += 1
        self._by_key = {
            key: min(counts, key=lambda name: (-counts[name], name))
            for key, counts in spellings.items()
            if counts.total() >= _FEWEST_PHOTOS and _is_class(key)
        }
        self.classes = tuple(sorted(self._by_key.values()))

    def class_of(self, file_name: str) -> str | None:
        """Return the class in a file name; None where there is none."""
        return self._by_key.get(class_in(file_name).casefold())


def _is_class(key: str) -> bool:
    words = _DIGITS_BEHIND.sub("", key.replace("_", " ").replace("-", " ")).strip()
    return words not in _CAMERA_WORDS and any(map(str.isalpha, key))
