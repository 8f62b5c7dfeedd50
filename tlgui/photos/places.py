"""The place of a file inside a collection's folder: the same on every system and wherever the folder lies."""

import os
from pathlib import Path


def inside(path: Path, folder: Path) -> str:
    """Return where `path` lies inside `folder`, with forward slashes; `path` itself where it lies elsewhere."""
    place = str(path).removeprefix(prefix(folder))
    return place if os.sep == "/" else place.replace(os.sep, "/")


def outside(place: str, folder: Path) -> Path:
    """Return the path of a place inside `folder`: what `inside` was given."""
    return folder / place


def prefix(folder: Path) -> str:
    """Return what the paths of all files in a folder begin with."""
    text = str(folder)
    return text if text.endswith(os.sep) else text + os.sep
