"""Counts with their nouns, as titles of findings say them."""

from collections.abc import Sequence

_NAMES_SHOWN = 3


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun, such as “1 photo” or “4,317 photos”."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def listed(names: Sequence[str], more: str = "class", many: str = "classes") -> str:
    """Return the first few names in quotes, and how many more there are, such as “a”, “b”, “c” and 2 more classes."""
    shown = [f"“{name}”" for name in names[:_NAMES_SHOWN]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest:,} more {more if rest == 1 else many}")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
