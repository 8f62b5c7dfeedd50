"""What a mending does and did, in words for the screen."""

from collections.abc import Mapping
from pathlib import Path

from tlgui.photos.mending.records import RecordKind, Step
from tlgui.photos.names import shown_name
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES

_SUFFIXES = tuple(IMAGE_SUFFIXES)
_DOES = {
    RecordKind.MOVE: "move {what} to {where}",
    RecordKind.COPY: "copy {what} into {where}",
    RecordKind.BIN: "move {what} to the bin",
    RecordKind.LEAVE_OUT: "leave {what} out",
    RecordKind.USE_AGAIN: "use {what} again",
    RecordKind.SHOW_AS: "show the class “{where}” otherwise",
    RecordKind.ADD: "add {what} to {where}",
    RecordKind.REMOVE: "remove {where}",
    RecordKind.CONFIRM: "keep the class of {what}",
}
_DONE = {
    RecordKind.MOVE: "Moved {what} to {where}.",
    RecordKind.COPY: "Copied {what} into {where}.",
    RecordKind.BIN: "Moved {what} to the bin.",
    RecordKind.LEAVE_OUT: "Left {what} out.",
    RecordKind.USE_AGAIN: "Using {what} again.",
    RecordKind.SHOW_AS: "The class is shown as {where}.",
    RecordKind.ADD: "Added {what} to {where}.",
    RecordKind.REMOVE: "Removed {where}.",
    RecordKind.CONFIRM: "Kept the class of {what}: you are not asked about it again.",
}
_FAILED = {
    RecordKind.COPY: "could not be copied",
    RecordKind.ADD: "could not be added",
    RecordKind.REMOVE: "could not be removed",
    RecordKind.CONFIRM: "could not be read",
}


def words_for(kind: RecordKind, steps: Mapping[int, Step], where: str) -> str:
    """Return words for what a mending does, such as “move 14 photos to “wren””.

    Args:
        kind: The kind.
        steps: Its steps.
        where: Words for the class of a move; empty for other kinds.
    """
    if kind is RecordKind.SHOW_AS:
        where = next((step.source for step in steps.values()), "")
    else:
        where = _places(kind, steps, where)
    return _DOES[kind].format(what=files_in_words(steps), where=where)


def words_when_done(kind: RecordKind, done: Mapping[int, Step], failed: int, where: str) -> str:
    """Return a sentence about what a mending did.

    Args:
        kind: The kind.
        done: The steps that were done.
        failed: The number of files that were not mended.
        where: Words for the class of a move; empty for other kinds.
    """
    if kind is RecordKind.SHOW_AS:
        shown = next((step.target or step.source for step in done.values()), "")
        return _DONE[kind].format(where=f"“{shown}”")
    if not done:
        return "Nothing was added." if kind is RecordKind.ADD else "Nothing was changed."
    words = _DONE[kind].format(what=files_in_words(done), where=_places(kind, done, where))
    if not failed:
        return words
    return f"{words} {failed:,} {_FAILED.get(kind, 'could not be moved and stayed there')}."


def files_in_words(steps: Mapping[int, Step]) -> str:
    """Return the number of files of some steps with a noun, such as “14 photos”."""
    are_photos = all(step.source.lower().endswith(_SUFFIXES) for step in steps.values())
    noun = "photo" if are_photos else "file"
    return f"{len(steps):,} {noun}{'' if len(steps) == 1 else 's'}"


def _places(kind: RecordKind, steps: Mapping[int, Step], where: str) -> str:
    """Return words for where files go, or for the folders that are removed."""
    if kind is RecordKind.COPY:
        return _class_folders(steps)
    if kind is RecordKind.REMOVE:
        names = [shown_name(Path(step.source)) for step in steps.values()]
        return f"the folder “{names[0]}”" if len(names) == 1 else f"{len(names):,} empty folders"
    return where


def _class_folders(steps: Mapping[int, Step]) -> str:
    number = len({Path(step.target).parent for step in steps.values()})
    return f"{number:,} class folder{'' if number == 1 else 's'}"
