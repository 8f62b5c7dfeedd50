"""Names of files and classes as they can be shown."""

import re
import unicodedata
from pathlib import Path

# What is not seen, or changes how the text around it is seen: soft hyphen, zero-width spaces, invisible operators, and
# embeddings, overrides and isolates of the writing direction. What joins letters and emoji is part of the spelling.
_INVISIBLE = frozenset(
    "\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\u206a\u206b\u206c\u206d\u206e\u206f"
)
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
# Of a byte that is no text, os.fsdecode makes one of these.
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF
_LIKE_A_STAND_IN = re.compile(r"\\+(?=x[0-9a-f]{2}|u[0-9a-f]{4})")
_BREAK = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")
_BEFORE_ANY = re.compile(r"\\+(?=(.))", re.DOTALL)


def shown_name(path: Path) -> str:
    """Return a file's name as it can be shown on one line, saved and printed; different names are shown differently.

    What cannot be seen is shown as `one_line` shows it. A name that holds what looks like such a stand-in has its
    backslash twice. Only different ways to spell the same letters are shown alike, as composed letters.
    """
    return one_line(_spelt_apart(unicodedata.normalize("NFC", path.name)))


def one_line(text: str) -> str:
    r"""Return a text so that it fits on one line and all of it is seen, whatever it holds.

    Line breaks, control characters and what turns the writing direction are shown as stand-ins such as `\x1b` or
    `\u202e`, bytes that are not text as `\xe9`. What was made so is not changed again.
    """
    if text.isprintable():
        return text
    return "".join(_shown_character(character) for character in text)


def lines_shown(text: str) -> str:
    """Return a text of several lines so that all of it is seen: each as `one_line` shows it."""
    return "\n".join(map(one_line, text.split("\n")))


def writable(text: str) -> str:
    """Return a text that a file can hold: only bytes that are not text are changed, as `one_line` shows them."""
    return "".join(_shown_character(letter) if unicodedata.category(letter) == "Cs" else letter for letter in text)


def typed_name(text: str) -> str:
    """Return a name that a person typed as it can be shown: line breaks become spaces, and none are around it."""
    return one_line(_BREAK.sub(" ", unicodedata.normalize("NFC", text))).strip()


def plain_key(name: str) -> str:
    """Return what is left of a name without case, accents, spaces and punctuation; alike names share it.

    Signs that tell names apart stay, as in “duck ♂” and “duck ♀”, or “C” and “C++”.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or _tells_apart(letter))


def _tells_apart(letter: str) -> bool:
    # A byte that is no text may be any letter: another byte may be another one.
    if letter in "#%&@" or unicodedata.category(letter) in {"Sc", "Sm", "So", "Cs"}:
        return True
    # A mark may make another letter, as in Thai, Hindi or Japanese, rather than be an accent or a hint at the look.
    is_accent_or_look = "\u0300" <= letter <= "\u036f" or "\ufe00" <= letter <= "\ufe0f"
    return unicodedata.category(letter) in {"Mn", "Mc"} and not is_accent_or_look


def _spelt_apart(name: str) -> str:
    """Return a name with the backslashes twice that would make a stand-in, or stand before one."""
    doubled = _LIKE_A_STAND_IN.sub(lambda found: found[0] * 2, name)
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
