"""The program's name on disk, and file names that are valid on any disk."""

import re

APP_NAME = "tlgui"


def plain_name(name: str, otherwise: str) -> str:
    """Return a file name that is valid on any disk.

    Args:
        name: What the name is made of; other characters than letters, digits, `_`, `-` and spaces become `_`.
        otherwise: The name where nothing is left.

    Example:
        >>> plain_name("birds: all?", "collection")
        'birds_ all_'
        >>> plain_name("  ", "collection")
        'collection'
    """
    return re.sub(r"[^\w\- ]+", "_", name).strip() or otherwise
