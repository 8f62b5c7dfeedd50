"""What a watched folder looks like in words."""

from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.names import shown_name
from tlgui.text.numbers import count


@dataclass(frozen=True, slots=True)
class WatchState:
    """How it stands with a watched folder.

    Args:
        folder: The folder.
        into: The folder with the copies; None where photos are only named.
        named_count: Photos named since watching began.
        copied_count: Photos copied since then.
        twin_count: Photos that were not, because one of the same content was copied.
        to_copy_count: Photos that are still to be copied.
        unreadable_count: Photos that cannot be read.
        doubtful_count: Photos that cannot be read yet, and are tried again.
        written_count: Photos that are still being written.
        unnamed_count: Photos that have come and are not named yet.
        waits_for: Why they wait, such as “the training has ended”; empty where they do not.
        closed_count: Folders in it that may not be opened.
        is_there: Whether the folder is there.
        is_paused: Whether the person has stopped the naming.
        copy_problem: Why copying waits; empty where it does not.
    """

    folder: Path
    into: Path | None = None
    named_count: int = 0
    copied_count: int = 0
    twin_count: int = 0
    to_copy_count: int = 0
    unreadable_count: int = 0
    doubtful_count: int = 0
    written_count: int = 0
    unnamed_count: int = 0
    waits_for: str = ""
    closed_count: int = 0
    is_there: bool = True
    is_paused: bool = False
    copy_problem: str = ""


def watch_in_words(state: WatchState) -> str:
    """Return what is said of it, such as “Watching “DCIM”: 12 new photos named, 2 still being written.” (and more)."""
    sentences = [f"{_beginning(state)}: {', '.join(_counts(state)) or 'no new photos yet'}."]
    if not state.is_there:
        sentences.append("It is not there now; watching goes on when it is back.")
    if state.unnamed_count and (state.is_paused or state.waits_for):
        wait = "waits" if state.unnamed_count == 1 else "wait"
        until = "you go on" if state.is_paused else state.waits_for
        sentences.append(f"{count('photo', state.unnamed_count)} {wait} until {until}.")
    if state.closed_count:
        sentences.append(f"{count('folder', state.closed_count)} in it may not be opened.")
    if state.copy_problem:
        sentences.append(f"Copying waits: {state.copy_problem}")
    return " ".join(sentences)


def offer_in_words(folder: Path) -> str:
    """Return what is said where a folder was watched before a restart, and is not watched now."""
    return f"“{shown_name(folder)}” was watched the last time. It is not watched now."


def _beginning(state: WatchState) -> str:
    name = f"“{shown_name(state.folder)}”"
    return f"Watching {name} is paused" if state.is_paused else f"Watching {name}"


def _counts(state: WatchState) -> list[str]:
    parts = []
    if state.named_count:
        parts.append(f"{count('new photo', state.named_count)} named")
    if state.into is not None and state.copied_count:
        parts.append(f"{state.copied_count:,} copied into “{shown_name(state.into)}”")
    if state.twin_count:
        parts.append(f"{state.twin_count:,} the same as {'another' if state.twin_count == 1 else 'others'}")
    if state.to_copy_count and not state.copy_problem:
        parts.append(f"{state.to_copy_count:,} to be copied soon")
    if state.unreadable_count:
        parts.append(f"{state.unreadable_count:,} cannot be read")
    if state.doubtful_count:
        parts.append(f"{state.doubtful_count:,} cannot be read yet")
    if state.written_count:
        parts.append(f"{state.written_count:,} still being written")
    return parts
