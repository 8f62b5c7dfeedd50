"""What a person chose about a folder to be watched, and whether that can be done."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import TargetError
from tlgui.photos.folder_names import folder_names
from tlgui.photos.mending.records import Act
from tlgui.photos.names import shown_name
from tlgui.photos.sorting.options import SortOptions


@dataclass(frozen=True, slots=True)
class WatchChoice:
    """What a person chose.

    Args:
        folder: The folder that is watched, with all folders in it.
        takes_present: Whether photos that are there already are named too, and not only those that come.
        sorting: How named photos are copied into class folders; None where they are only named.
    """

    folder: Path
    takes_present: bool = True
    sorting: SortOptions | None = None


def check_choice(choice: WatchChoice, training: Path | None, class_names: Iterable[str]) -> None:
    """Check that a folder can be watched so.

    Args:
        choice: What the person chose.
        training: The folder of the collection that the model learned from; None where there is none.
        class_names: The classes of the model.

    Raises:
        TargetError: It cannot; says why, and what to choose instead.
    """
    if not files.is_folder(choice.folder):
        raise TargetError(f"“{shown_name(choice.folder)}” is no folder that is there.", "Choose a folder to watch.")
    if choice.sorting is not None:
        _check_target(choice.folder, choice.sorting, training, class_names)


def _check_target(watched: Path, sorting: SortOptions, training: Path | None, class_names: Iterable[str]) -> None:
    into = sorting.into
    name = shown_name(into)
    if sorting.act is not Act.COPY:
        raise TargetError("From a watched folder photos are copied, and never moved.")
    if not (files.is_folder(into) or (not os.path.lexists(into) and files.is_folder(into.parent))):
        raise TargetError(f"“{name}” cannot be a folder: what it is to lie in is not there.", "Choose another place.")
    if lies_in(into, watched):
        raise TargetError(
            f"“{name}” lies in the watched folder, so that the copies would be named and copied again.",
            "Choose a folder outside of it.",
        )
    if any(lies_in(watched, into / each) for each in folder_names(class_names).values()):
        raise TargetError(
            f"The watched folder is a class folder of “{name}” itself, so that the copies would be named again.",
            "Choose another folder for the copies.",
        )
    if training is not None and lies_in(into, training):
        raise TargetError(
            f"“{name}” belongs to the photos that the model learned from: what it names wrongly would mislead it.",
            "Choose another folder. Photos whose class you have checked can be added to the collection on this page.",
        )


def lies_in(inner: Path, outer: Path) -> bool:
    """Return whether a folder is another one or lies in it, whatever links or spellings lead there.

    Args:
        inner: A folder, which may not be there yet.
        outer: The other folder.
    """
    real = Path(os.path.realpath(inner))
    return any(_is_same(each, outer) for each in (real, *real.parents))


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == Path(os.path.realpath(other))
