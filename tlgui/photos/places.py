"""The place of a file inside a collection's folder: the same on every system and wherever the folder lies."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def inside(path: Path, folder: Path) -> str:
    """Return where `path` lies inside `folder`, with forward slashes; `path` itself where it lies elsewhere."""
    return portable(str(path).removeprefix(prefix(folder)))


def portable(place: str) -> str:
    """Return a place with forward slashes."""
    return place if os.sep == "/" else place.replace(os.sep, "/")


def all_inside(paths: Iterable[Path], folder: Path) -> Iterator[str]:
    """Yield `inside` of each path; of a hundred thousand it leaves no text behind in the paths, as `str` would."""
    parent, start = folder, ""
    for path in paths:
        if path.parent != parent:
            parent = path.parent
            start = inside(parent, folder) + "/" if parent != folder else ""
        yield start + path.name


def outside(place: str, folder: Path) -> Path:
    """Return the path of a place inside `folder`: what `inside` was given."""
    return folder / place


def prefix(folder: Path) -> str:
    """Return what the paths of all files in a folder begin with."""
    text = str(folder)
    return text if text.endswith(os.sep) else text + os.sep
