"""Folders of runs: which there are, in which order, and which names are free."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tlgui.learning.recipes.validation import FieldError
from tlgui.learning.runs.run import LONGEST_NAME, MODEL_NAME, Run, read_run, run_of_model


def read_runs(folder: Path) -> tuple[Run, ...]:
    """Read all runs in a folder.

    Args:
        folder: Holds a folder for each run.

    Returns:
        The runs whose records can be read, newest first.
    """
    runs = []
    for place in subfolders(folder):
        with contextlib.suppress(FieldError):
            runs.append(read_run(place))
    return tuple(sorted(runs, key=lambda run: run.created_at, reverse=True))


def subfolders(folder: Path) -> Iterator[Path]:
    """Yield the folders in a folder, sorted by name, without links; none where it cannot be read."""
    try:
        places = sorted(folder.iterdir())
    except OSError:
        return
    yield from (place for place in places if place.is_dir() and not place.is_symlink())


def changed_at(path: Path) -> float:
    """Return a path's modification time in seconds since 1970; 0 where it cannot be read."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def short_name(name: str) -> str:
    """Return a name as it fits in a list: on one line, and of at most `LONGEST_NAME` characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:LONGEST_NAME]


def free_name(folder: Path, name: str, besides: Run | None = None) -> str:
    """Find a name that no run in a folder has, upper and lower case alike.

    Args:
        folder: Holds a folder for each run.
        name: The wanted name.
        besides: A run whose name counts as free.

    Returns:
        The name as `short_name` returns it, with a number where it is taken.
    """
    base = short_name(name)
    others = (place for place in subfolders(folder) if besides is None or place.name != besides.id)
    taken = {known[1].casefold() for place in others if (known := run_of_model(place / MODEL_NAME)) is not None}
    free, number = base, 1
    while free.casefold() in taken:
        number += 1
        free = f"{base[: LONGEST_NAME - 8]} {number}"
    return free
