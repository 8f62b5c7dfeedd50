"""Finds names for photos and their companions in the target folder: free ones, or those of the same files there."""

import filecmp
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui.photos.folder_names import MOST_NAME_BYTES, folded, shortened
from tlgui.photos.mending.moving import FreeNames


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a group.

    Args:
        source: Where it is; None for a file that is yet to be written.
        rest: What its name has after the group's.
    """

    source: Path | None
    rest: str


@dataclass(frozen=True, slots=True)
class GroupName:
    """Where a group goes.

    Args:
        stem: The beginning of all its names.
        twin: The file with the same content that has the photo's name already; None where the name is free.
        is_numbered: Whether another file had the name that was wanted.
    """

    stem: str
    twin: Path | None = None
    is_numbered: bool = False


class GroupNames:
    """Finds names; those that were given away count as taken by the files they were given to."""

    def __init__(self) -> None:
        self._names = FreeNames()
        self._given: dict[tuple[Path, str], Path | None] = {}

    def take(self, folder: Path, stem: str, members: Sequence[Member]) -> GroupName:
        """Return a name under which all files of a group are free, or under which the photo is there already.

        Args:
            folder: Where they go.
            stem: The beginning of their names that is wanted; where it is taken, it gets a number.
            members: The photo, and then its companions.
        """
        room = MOST_NAME_BYTES - max(len(os.fsencode(member.rest)) for member in members)
        number, wanted = 1, shortened(stem, room)
        name = wanted
        while True:
            twin = self.twin(folder, name, members[0])
            if twin is not None:
                return GroupName(name, twin)
            if all(self._names.holder(folder, name + member.rest) is None for member in members):
                break
            number += 1
            ending = f" ({number})"
            name = shortened(wanted, room - len(ending)) + ending
        for member in members:
            self.give(folder, name, member)
        return GroupName(name, is_numbered=number > 1)

    def is_free(self, folder: Path, stem: str, member: Member) -> bool:
        """Return whether no file has a member's name."""
        return self._names.holder(folder, stem + member.rest) is None

    def give(self, folder: Path, stem: str, member: Member) -> None:
        """Count a member's name as taken."""
        name = stem + member.rest
        self._names.reserve(folder, name)
        self._given[folder, folded(name)] = member.source

    def twin(self, folder: Path, stem: str, member: Member) -> Path | None:
        """Return the file that has a member's name and its content; None where none has."""
        holder = self._names.holder(folder, stem + member.rest)
        if holder is None or member.source is None:
            return None
        file = self._given.get((folder, folded(holder)), folder / holder)
        return file if file is not None and is_same(member.source, file) else None


def is_same(one: Path, other: Path) -> bool:
    """Return whether two files have the same content; False where one cannot be read."""
    try:
        return one.stat().st_size == other.stat().st_size and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
