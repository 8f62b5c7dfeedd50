"""Counts with their nouns, and lists of names, for titles of findings."""

from collections.abc import Iterable, Sequence


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun.

    Args:
        number: The count.
        singular: The noun for one.
        plural: The noun for any other number; the singular with an “s” where it is not given.

    Example:
        >>> counted(1, "photo"), counted(4317, "photo"), counted(2, "class", "classes")
        ('1 photo', '4,317 photos', '2 classes')
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def listed(names: Sequence[str], more: str = "class", many: str = "classes", *, most: int = 3) -> str:
    """Return the first names in quotes, and the number of the others.

    Args:
        names: At least one.
        more: The noun for one other.
        many: The noun for several others.
        most: How many names are shown.

    Example:
        >>> print(listed(["cat", "dog", "cow", "hen", "pig"]))
        “cat”, “dog”, “cow” and 2 more classes
    """
    shown = [f"“{name}”" for name in names[:most]]
    rest = len(names) - len(shown)
    if rest:
        shown.append(f"{rest:,} more {more if rest == 1 else many}")
    return joined(shown)


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Return parts of a sentence with commas between them, and a word before the last one.

    Args:
        parts: At least one.
        last: The word.

    Example:
        >>> joined(["cat", "dog", "cow"]), joined(["cat", "dog"], "or"), joined(["cat"])
        ('cat, dog and cow', 'cat or dog', 'cat')
    """
    *first, end = parts
    return f"{', '.join(first)} {last} {end}" if first else end
