"""Names of files and classes as they can be shown."""

import unicodedata
from pathlib import Path


def shown_name(path: Path) -> str:
    """Return a file's name as it can be shown on one line, saved and printed.

    Line breaks become spaces; other control characters and bytes that are not text become a replacement character.
    """
    return one_line(path.name)


def one_line(text: str) -> str:
    """Return a text as `shown_name` shows a name."""
    return "".join(_shown_character(character) for character in unicodedata.normalize("NFC", text))


def plain_key(name: str) -> str:
    """Return what is left of a name without case, accents, spaces and punctuation; alike names share it.

    Signs that tell names apart stay, as in “duck ♂” and “duck ♀”, or “C” and “C++”.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or _tells_apart(letter))


def _tells_apart(letter: str) -> bool:
    if letter in "#%&@" or unicodedata.category(letter) in {"Sc", "Sm", "So"}:
        return True
    # A mark may make another letter, as in Thai, Hindi or Japanese, rather than be an accent or a hint at the look.
    is_accent_or_look = "\u0300" <= letter <= "\u036f" or "\ufe00" <= letter <= "\ufe0f"
    return unicodedata.category(letter) in {"Mn", "Mc"} and not is_accent_or_look


def _shown_character(character: str) -> str:
    if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}:
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
