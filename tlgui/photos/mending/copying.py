"""Copies the photos of a collection with labels into class folders, and removes the copies to undo that."""

import contextlib
import filecmp
from pathlib import Path

from tlgui.errors import CollectionError
from tlgui.photos.collection import Collection, Part, Photo
from tlgui.photos.folder_names import folder_names
from tlgui.photos.health.findings import CopyInto
from tlgui.photos.mending.bin import to_bin
from tlgui.photos.mending.file_mover import MADE_FOLDER, part_of
from tlgui.photos.mending.records import Record, RecordKind, Step
from tlgui.photos.names import shown_name

_PART_FOLDERS = {Part.TRAINING: "train", Part.VALIDATION: "validation", Part.TEST: "test"}
_CHANGED = "The copy was changed, or its photo is not there any more; it stays."


def copies_into_classes(collection: Collection, folder: Path) -> CopyInto:
    """Return the copies that put each photo into a folder of its class, inside a folder of its part where it has one.

    Args:
        collection: The photos, with any classes.
        folder: Where the class folders are made: new, or empty.

    Raises:
        CollectionError: There is something in the folder, or it lies in the collection's folder, or that in it.
    """
    _check_target(collection, folder)
    names = folder_names(collection.class_names)

    def goal(photo: Photo) -> Path:
        part = _PART_FOLDERS[photo.part or Part.TRAINING] if collection.has_own_split else ""
        return folder / part / names[photo.class_name]

    return CopyInto(tuple((photo.path, goal(photo)) for photo in collection.photos()))


def _check_target(collection: Collection, folder: Path) -> None:
    name, hint = shown_name(folder), "Choose a new or empty folder elsewhere."
    real, source = folder.resolve(), collection.folder.resolve()
    if real.is_relative_to(source) or source.is_relative_to(real):
        raise CollectionError(f"“{name}” and the folder of the photos lie in each other.", hint)
    try:
        is_taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise CollectionError(f"“{name}” cannot be opened: {error.strerror}.", hint) from error
    if is_taken:
        raise CollectionError(f"“{name}” is not an empty folder.", hint)


def is_copied(record: Record, number: int, step: Step) -> bool:
    """Return whether a copy is complete after a kill; a part of one is deleted.

    Args:
        record: The mending.
        number: The number of the step.
        step: The step.

    Raises:
        OSError: The system refused.
    """
    target = Path(step.target)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        part_of(record, number, target).unlink()
    return target.is_file() and target.stat().st_size == step.size


def remove_copy(step: Step, *, may_bin: bool = False) -> str:
    """Delete a copy if its photo still has the same content.

    Args:
        step: The step that made the copy.
        may_bin: Whether a copy that is as it was made, but whose photo is away, goes to the system's bin, as after a
            memory card was taken out; False, the default, for a copy that stays then.

    Returns:
        Why it was not deleted; empty where it was, or is gone.
    """
    source, target = Path(step.source), Path(step.target)
    try:
        if not target.exists():
            return ""
        if source.exists() and filecmp.cmp(source, target, shallow=False):
            target.unlink()
        elif may_bin and _is_as_made(step, target):
            to_bin(target)
        else:
            return _CHANGED
    except OSError as error:
        return f"The copy could not be removed: {error.strerror or error}."
    return ""


def _is_as_made(step: Step, target: Path) -> bool:
    state = target.stat()
    return (state.st_size, state.st_mtime_ns) == (step.size, step.changed_ns)


def drop_made_folders(record: Record) -> None:
    """Delete the folders that were made for a mending and are empty, with the folders of parts around them."""
    made = {Path(step.target).parent for step in record.steps.values() if step.note == MADE_FOLDER}
    # Moves make the class folder alone; copies also the folder of a part.
    is_copy = record.kind is RecordKind.COPY
    around = {folder.parent for folder in made if is_copy and folder.parent.name in _PART_FOLDERS.values()}
    for folder in (*made, *around):
        # What holds something else by now stays.
        with contextlib.suppress(OSError):
            folder.rmdir()
