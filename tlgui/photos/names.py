"""Names of files and classes as they can be shown: no invisible character, one line, different names apart."""

import re
import unicodedata
from pathlib import Path

# Soft hyphen, zero-width spaces, invisible operators, and embeddings, overrides and isolates of the writing direction.
# Joiners of letters and emoji are part of the spelling and not listed.
_INVISIBLE = frozenset(
    "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\u206a\u206b\u206c\u206d\u206e\u206f"
)
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
# `os.fsdecode` turns a byte that is not text into one of these.
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF
_LIKE_AN_ESCAPE = re.compile(r"\\+(?=x[0-9a-f]{2}|u[0-9a-f]{4})")
_BREAK = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_BEFORE_ANY = re.compile(r"\\+(?=(.))", re.DOTALL)


def shown_name(path: Path) -> str:
    r"""Return a file's name as it can be shown on one line, saved and printed.

    Different names are shown differently, except for different encodings of the same letters, which are composed.
    Invisible characters are escaped as by `one_line`; the backslash of a name that contains such an escape is doubled.

    Args:
        path: The file or folder.

    Example:
        >>> print(shown_name(Path("birds") / "wren\u202egpj.exe"))
        wren\u202egpj.exe
    """
    return one_line(_spelt_apart(unicodedata.normalize("NFC", path.name)))


def one_line(text: str) -> str:
    r"""Return a text on one line, with every invisible character escaped.

    Line breaks, control characters and changes of the writing direction become escapes such as `\x1b` or `\u202e`,
    bytes that are not text such as `\xe9`. The result is not changed by a second call.

    Args:
        text: Any text.
    """
    if text.isprintable():
        return text
    return "".join(_shown_character(character) for character in text)


def lines_shown(text: str) -> str:
    """Return a text of several lines, each escaped as by `one_line`."""
    return "\n".join(map(one_line, text.split("\n")))


def writable(text: str) -> str:
    """Return a text that can be encoded in UTF-8: bytes that are not text are escaped as by `one_line`."""
    try:
        # Tables write it for each cell: this takes a hundredth of the time that looking at each letter takes.
        text.encode()
    except UnicodeEncodeError:
        return "".join(_shown_character(letter) if unicodedata.category(letter) == "Cs" else letter for letter in text)
    return text


def typed_name(text: str) -> str:
    """Return a typed name as it can be shown: line breaks become spaces, and space around it is removed."""
    return one_line(_BREAK.sub(" ", unicodedata.normalize("NFC", text))).strip()


def plain_key(name: str) -> str:
    """Return a name without case, accents, spaces and punctuation: the key by which similar names are equal.

    Symbols that distinguish names stay, as in “duck ♂” and “duck ♀”, or “C” and “C++”.

    Example:
        >>> plain_key("Great Tit") == plain_key("great-tit"), plain_key("C") == plain_key("C++")
        (True, False)
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or _tells_apart(letter))


def _tells_apart(letter: str) -> bool:
    # A byte that is not text may stand for any letter.
    if letter in "#%&@" or unicodedata.category(letter) in {"Sc", "Sm", "So", "Cs"}:
        return True
    # In Thai, Hindi or Japanese a mark makes another letter; an accent or a variation selector does not.
    is_accent_or_look = "\u0300" <= letter <= "\u036f" or "\ufe00" <= letter <= "\ufe0f"
    return unicodedata.category(letter) in {"Mn", "Mc"} and not is_accent_or_look


def _spelt_apart(name: str) -> str:
    """Return a name with those backslashes doubled that would be read as an escape, or stand before one."""
    doubled = _LIKE_AN_ESCAPE.sub(lambda found: found[0] * 2, name)
    return _BEFORE_ANY.sub(lambda found: found[0] * (2 if _is_unseen(found[1]) else 1), doubled)


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or character in _INVISIBLE


def _shown_character(character: str) -> str:
    if not _is_unseen(character):
        return character
    code = ord(character)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}"
