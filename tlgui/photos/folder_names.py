"""Names of folders that every system takes and a scan reads: why one is refused, and the nearest one that is not."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping

from tlgui.photos.scanning.listing import is_hidden

MOST_NAME_BYTES = 255
"""The longest name of a file or folder on the usual disks, in UTF-8."""

_FORBIDDEN = '\\/:*?"<>|'
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Room for a number that tells two names apart.
_MOST_BYTES_UNNUMBERED = MOST_NAME_BYTES - 8


def name_problem(name: str) -> str:
    """Return why a system would refuse a folder of this name, or a scan would ignore it; empty where neither would.

    Returns:
        The end of a sentence, after a colon.

    Example:
        >>> print(name_problem("ducks?"))
        the name of a folder cannot have “?” in it
    """
    forbidden = next((letter for letter in name if letter in _FORBIDDEN), None)
    if forbidden is not None:
        return f"the name of a folder cannot have “{forbidden}” in it"
    return next((words for is_so, words in _REASONS if is_so(name)), "")


def safe_name(name: str, otherwise: str = "class") -> str:
    """Return the nearest name for which `name_problem` finds no fault; a name without fault is returned as it is.

    Args:
        name: Any text, such as the name of a class in a model file.
        otherwise: The name where nothing that can be seen is left.

    Example:
        >>> safe_name("gull / tern"), safe_name("CON"), safe_name("..")
        ('gull _ tern', 'CON_', '_')
    """
    if not name_problem(name):
        return name
    letters = unicodedata.normalize("NFC", name)
    plain = "".join("_" if letter in _FORBIDDEN or _is_unseen(letter) else letter for letter in letters)
    plain = shortened(plain, _MOST_BYTES_UNNUMBERED).strip(" ")
    if _is_invisible(plain):
        return otherwise
    stem = plain.rstrip(". ")
    plain = stem if stem == plain else f"{stem}_"
    if plain.startswith("."):
        plain = f"_{plain.lstrip('.')}"
    if _RESERVED.fullmatch(plain):
        head, dot, tail = plain.partition(".")
        plain = f"{head.rstrip()}_{dot}{tail}"
    return f"{plain}_" if is_hidden(plain) else plain


def folder_names(names: Iterable[str], otherwise: str = "class", taken: Iterable[str] = ()) -> Mapping[str, str]:
    """Return a safe folder name for each name; no two are the same where case and Unicode form make no difference.

    Args:
        names: The names; of two that clash, the later one gets a number.
        otherwise: As in `safe_name`.
        taken: Folder names that none of them may be the same as.

    Example:
        >>> folder_names(["Wren", "wren"])
        {'Wren': 'Wren', 'wren': 'wren 2'}
    """
    found: dict[str, str] = {}
    used = set(map(folded, taken))
    for name in dict.fromkeys(names):
        plain = free = safe_name(name, otherwise)
        number = 1
        while folded(free) in used:
            number += 1
            free = f"{shortened(plain, _MOST_BYTES_UNNUMBERED)} {number}"
        used.add(folded(free))
        found[name] = free
    return found


def folded(name: str) -> str:
    """Return a text that is equal for two names that are one on a disk that ignores case or Unicode form."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def shortened(text: str, most_bytes: int) -> str:
    """Return the beginning of a text that takes at most so many bytes in UTF-8; no letter is cut in two."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most_bytes else data[: max(0, most_bytes)].decode("utf-8", "ignore")


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in _UNSEEN


def _has_odd_letters(name: str) -> bool:
    return any(map(_is_unseen, name))


def _is_invisible(name: str) -> bool:
    return all(unicodedata.category(letter)[0] in "CZ" for letter in name)


def _is_long(name: str) -> bool:
    return len(name.encode("utf-8", "surrogatepass")) > MOST_NAME_BYTES


_REASONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (_has_odd_letters, "it has a character in it that cannot be shown"),
    (_is_invisible, "nothing of its name can be seen"),
    (lambda name: not name.strip("."), "a name of dots alone stands for another folder"),
    (lambda name: name.startswith("."), "folders whose names begin with a dot are hidden and never read"),
    (lambda name: name.endswith((".", " ")), "on Windows no name ends with a dot or a space"),
    (lambda name: _RESERVED.fullmatch(name) is not None, "Windows keeps this name for itself"),
    (is_hidden, "systems keep this name for folders of their own, which are never read"),
    (_is_long, "its name is too long for a folder"),
)
