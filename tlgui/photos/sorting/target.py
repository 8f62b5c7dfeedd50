"""The folder to sort into: whether it can be written to, how much room it has, and which names its disk takes."""

import errno
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError, TargetError
from tlgui.photos.names import shown_name

_ODD = "a:b?"


@dataclass(frozen=True, slots=True)
class Target:
    """What is known of the folder to sort into.

    Args:
        folder: The folder.
        free_bytes: What its disk has left; None where that is unknown.
        is_strict: Whether its disk refuses names that others take, as Windows and memory cards do.
        device: The number of its disk.
    """

    folder: Path
    free_bytes: int | None
    is_strict: bool
    device: int


def target_at(folder: Path) -> Target:
    """Look at a folder to sort into.

    Args:
        folder: The folder; it may be new, in a folder that is there.

    Raises:
        TargetError: It is a file.
        StorageError: It is in no folder, or cannot be written to.
    """
    place = _place_of(folder)
    try:
        with files.folder_beside(place / "sorted") as probe:
            is_strict = sys.platform == "win32" or _refuses_odd_names(probe)
        return Target(folder, _free_bytes(place), is_strict, place.stat().st_dev)
    except OSError as error:
        raise files.storage_error(error, folder) from error


def check_room(folder: Path, needed_bytes: int) -> None:
    """Check that a sort still has where to go to.

    Args:
        folder: The folder to sort into.
        needed_bytes: What its disk must have left.

    Raises:
        TargetError: It is a file.
        StorageError: It is in no folder, or the disk has too little room.
    """
    place = _place_of(folder)
    try:
        free = _free_bytes(place)
    except OSError as error:
        raise files.storage_error(error, folder) from error
    if free is not None and free < needed_bytes:
        raise StorageError(
            f"The photos need {needed_bytes / 1e6:,.0f} MB, and the disk of “{shown_name(folder)}” has "
            f"{free / 1e6:,.0f} MB left.",
            "Free some space or choose a folder on another disk, then try again.",
        )


def _place_of(folder: Path) -> Path:
    """Return the folder, or the one around it where it is new."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise TargetError(f"“{shown_name(folder)}” is a file and no folder.", "Choose a folder to sort into.")
    place = folder if folder.is_dir() else folder.parent
    if not place.is_dir():
        raise files.storage_error(FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)), folder)
    return place


def _free_bytes(place: Path) -> int | None:
    usage = shutil.disk_usage(place)
    # Some network disks report a size of 0.
    return usage.free if usage.total else None


def _refuses_odd_names(folder: Path) -> bool:
    try:
        (folder / _ODD).touch()
    except OSError:
        return True
    return False
