"""The keys that name a photo as a class: 1 to 9 for the first nine classes, and a letter of its name for each class."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

COMMAND_LETTERS = frozenset("UW")
"""The letters of commands, which no class has: undo, and where the model looked."""

_NUMBER_COUNT = 9
# These scripts are typed with an input method, and never with a single key.
_COMPOSED_SCRIPTS = ("CJK ", "HANGUL ", "HIRAGANA ", "KATAKANA ", "BOPOMOFO ", "YI ")


def class_letters(names: Sequence[str]) -> dict[str, str]:
    """Return the letter of each class: the first letter of its name that is free.

    A class whose name begins with a letter has that letter rather than one that has it further on.

    Args:
        names: The classes.

    Returns:
        Capital letters by class, of any script with an alphabet; classes for which no letter is left are absent.

    Example:
        >>> class_letters(["rose", "robin", "owl"])
        {'rose': 'R', 'owl': 'O', 'robin': 'B'}
    """
    taken: dict[str, str] = {}
    letters = {name: list(_letters(name)) for name in names}
    for name, found in letters.items():
        if found and found[0] not in taken.values():
            taken[name] = found[0]
    for name, found in letters.items():
        if name not in taken:
            free = next((letter for letter in found if letter not in taken.values()), None)
            if free is not None:
                taken[name] = free
    return taken


def class_keys(names: Sequence[str]) -> dict[str, str]:
    """Return the class that each key names, by number and letter; see `class_of_key`.

    Args:
        names: The classes, in the model's order.
    """
    numbers = {str(number): name for number, name in enumerate(names[:_NUMBER_COUNT], start=1)}
    return numbers | {letter: name for name, letter in class_letters(names).items()}


def keys_of_classes(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of each class, its number first.

    Args:
        names: The classes, in the model's order.
    """
    keys: dict[str, tuple[str, ...]] = dict.fromkeys(names, ())
    for key, name in class_keys(names).items():
        keys[name] = (*keys[name], key)
    return keys


def class_of_key(typed: str, keys: Mapping[str, str]) -> str | None:
    """Return the class that a typed key names, or None.

    Args:
        typed: The text of the key event, such as `"r"`.
        keys: From `class_keys`.
    """
    return keys.get(unicodedata.normalize("NFC", typed).upper()) if typed else None


def _letters(name: str) -> Iterator[str]:
    """Yield the letters of a name that a single key can type, as capitals."""
    for letter in unicodedata.normalize("NFC", name):
        capital = letter.upper()
        is_typed = not unicodedata.name(letter, "").startswith(_COMPOSED_SCRIPTS)
        if letter.isalpha() and len(capital) == 1 and is_typed and capital not in COMMAND_LETTERS:
            yield capital
