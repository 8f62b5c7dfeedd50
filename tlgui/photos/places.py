"""Places: paths relative to a collection's folder, with forward slashes on every system."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def inside(path: Path, folder: Path) -> str:
    """Return the place of `path` inside `folder`; `path` itself where it lies elsewhere.

    Example:
        >>> inside(Path("birds") / "wren" / "1.jpg", Path("birds"))
        'wren/1.jpg'
    """
    return portable(str(path).removeprefix(prefix(folder)))


def portable(place: str) -> str:
    """Return a place with forward slashes."""
    return place if os.sep == "/" else place.replace(os.sep, "/")


def all_inside(paths: Iterable[Path], folder: Path) -> Iterator[str]:
    """Yield `inside` of each path, without the text that `str` would cache in each `Path`."""
    parent, start = folder, ""
    for path in paths:
        if path.parent != parent:
            parent = path.parent
            start = inside(parent, folder) + "/" if parent != folder else ""
        yield start + path.name


def outside(place: str, folder: Path) -> Path:
    """Return the path of a place inside `folder`; the inverse of `inside`."""
    return folder / place


def prefix(folder: Path) -> str:
    """Return the text that the paths of all files in a folder begin with."""
    text = str(folder)
    return text if text.endswith(os.sep) else text + os.sep
