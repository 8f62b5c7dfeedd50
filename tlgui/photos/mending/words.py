"""What a mending does and did, in words for the screen."""

from collections.abc import Mapping
from pathlib import Path

from tlgui.photos.mending.journal import RecordKind, Step
from tlgui.photos.pictures.formats import IMAGE_SUFFIXES

_SUFFIXES = tuple(IMAGE_SUFFIXES)
_DOES = {
    RecordKind.MOVE: "move {what} to {where}",
    RecordKind.COPY: "copy {what} into {where}",
    RecordKind.BIN: "move {what} to the bin",
    RecordKind.LEAVE_OUT: "leave {what} out",
    RecordKind.USE_AGAIN: "use {what} again",
    RecordKind.SHOW_AS: "show the class “{where}” otherwise",
}
_DONE = {
    RecordKind.MOVE: "Moved {what} to {where}.",
    RecordKind.COPY: "Copied {what} into {where}.",
    RecordKind.BIN: "Moved {what} to the bin.",
    RecordKind.LEAVE_OUT: "Left {what} out.",
    RecordKind.USE_AGAIN: "Using {what} again.",
    RecordKind.SHOW_AS: "The class is shown as {where}.",
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
    elif kind is RecordKind.COPY:
        where = _class_folders(steps)
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
        return "Nothing was changed."
    where = _class_folders(done) if kind is RecordKind.COPY else where
    words = _DONE[kind].format(what=files_in_words(done), where=where)
    if not failed:
        return words
    return f"{words} {failed:,} could not be {'copied' if kind is RecordKind.COPY else 'moved and stayed there'}."


def files_in_words(steps: Mapping[int, Step]) -> str:
    """Return the number of files of some steps with a noun, such as “14 photos”."""
    are_photos = all(step.source.lower().endswith(_SUFFIXES) for step in steps.values())
    noun = "photo" if are_photos else "file"
    return f"{len(steps):,} {noun}{'' if len(steps) == 1 else 's'}"


def _class_folders(steps: Mapping[int, Step]) -> str:
    number = len({Path(step.target).parent for step in steps.values()})
    return f"{number:,} class folder{'' if number == 1 else 's'}"
