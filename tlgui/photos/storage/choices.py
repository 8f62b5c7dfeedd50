"""The user's choices about a collection, and the scan in which each photo was first found.

Both are JSON lines in the collection's workspace, never among the photos, written whole or not at all. The valid lines
of a damaged file are kept, and a copy of the file is set aside.
"""

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.names import typed_name
from tlgui.photos.places import inside, outside

_CHOICES = "choices.jsonl"
_ARRIVALS = "arrivals.jsonl"
_DAMAGED_SUFFIX = ".damaged"
_PLACES_IN_A_LINE = 500
# A job records arrivals while the GUI thread leaves photos out.
_lock = threading.RLock()


class Choices:
    """The choices for one collection; each call reads them from the disk.

    Args:
        workspace: The collection's workspace, see `files.workspace_path`; made by the first write.
        folder: The collection's folder.
    """

    def __init__(self, workspace: Path, folder: Path) -> None:
        self._workspace = workspace
        self._folder = folder

    def left_out(self) -> frozenset[Path]:
        """Return the photos that the user left out."""
        return frozenset(outside(place, self._folder) for place in self._choices()[0])

    def leave_out(self, paths: Iterable[Path]) -> None:
        """Leave photos out; the files are not changed.

        Args:
            paths: The photos.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            left_out, shown = self._choices()
            self._write_choices(left_out | set(self._places(paths)), shown)

    def use_again(self, paths: Iterable[Path]) -> None:
        """Use photos that were left out.

        Args:
            paths: The photos; those that are not left out are ignored.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            left_out, shown = self._choices()
            self._write_choices(left_out - set(self._places(paths)), shown)

    def shown_names(self) -> dict[str, str]:
        """Return the names that the user gave classes, by folder name as `shown_name` returns it."""
        return self._choices()[1]

    def show_as(self, folder_name: str, shown: str) -> None:
        """Show a class by another name.

        Args:
            folder_name: The folder, as `shown_name` returns it.
            shown: The name; an empty one, or the folder's, restores the folder's.

        Raises:
            StorageError: The disk refused; the choices are as they were.
        """
        with _lock:
            left_out, names = self._choices()
            names.pop(folder_name, None)
            shown = typed_name(shown)
            if shown and shown != folder_name:
                names[folder_name] = shown
            self._write_choices(left_out, names)

    def arrivals(self) -> dict[str, int]:
        """Return the number of the scan that first found each photo, by place."""
        arrivals: dict[str, int] = {}
        for number, places in self._lines(_ARRIVALS, _is_arrival):
            arrivals.update(dict.fromkeys(places, number))
        return arrivals

    def record_arrivals(self, arrivals: Mapping[str, int]) -> None:
        """Add the number of the scan that first found photos.

        Args:
            arrivals: The number of the scan, by place.

        Raises:
            StorageError: The disk refused; the arrivals are as they were.
        """
        with _lock:
            self._write_arrivals({**self.arrivals(), **arrivals})

    def moved(self, pairs: Iterable[tuple[Path, Path]]) -> None:
        """Transfer the choices and arrivals of photos to their new places.

        Args:
            pairs: The old and the new path of each.

        Raises:
            StorageError: The disk refused.
        """
        moves = [(inside(old, self._folder), inside(new, self._folder)) for old, new in pairs]
        with _lock:
            left_out, shown = self._choices()
            arrivals = self.arrivals()
            was_left_out = {new for old, new in moves if old in left_out}
            came = {new: arrivals[old] for old, new in moves if old in arrivals}
            if came:
                self._write_arrivals(_without(arrivals, moves) | came)
            if was_left_out:
                self._write_choices(left_out - {old for old, _ in moves} | was_left_out, shown)

    def _places(self, paths: Iterable[Path]) -> Iterator[str]:
        return (inside(path, self._folder) for path in paths)

    def _choices(self) -> tuple[set[str], dict[str, str]]:
        left_out: set[str] = set()
        names: dict[str, str] = {}
        for kind, value in self._lines(_CHOICES, _is_choice):
            if kind == "left out":
                # Normalised as by `inside`; `use_again` could not find another spelling.
                left_out.add(inside(outside(value, self._folder), self._folder))
            else:
                names[value[0]] = value[1]
        return left_out, names

    def _write_choices(self, left_out: set[str], names: dict[str, str]) -> None:
        lines: list[object] = [["left out", place] for place in sorted(left_out)]
        lines += [["shown as", [name, shown]] for name, shown in sorted(names.items())]
        self._write(_CHOICES, lines)

    def _write_arrivals(self, arrivals: dict[str, int]) -> None:
        lines: list[object] = []
        for number in sorted(set(arrivals.values())):
            places = sorted(place for place, came in arrivals.items() if came == number)
            starts = range(0, len(places), _PLACES_IN_A_LINE)
            lines += ([number, places[start : start + _PLACES_IN_A_LINE]] for start in starts)
        self._write(_ARRIVALS, lines)

    def _write(self, name: str, lines: Iterable[object]) -> None:
        try:
            self._workspace.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_error(error, self._workspace / name) from error
        files.write_text(self._workspace / name, "".join(f"{json.dumps(line)}\n" for line in lines))

    def _lines(self, name: str, is_good: Callable[[object], bool]) -> list[tuple[Any, Any]]:
        """Return the valid lines of a file; where there are others, a copy of it is set aside first."""
        path = self._workspace / name
        try:
            with files.open_regular(path) as stream:
                data = stream.read()
        except OSError:
            return []
        lines = [_parsed(line) for line in data.splitlines()]
        good: list[Any] = [line for line in lines if is_good(line)]
        if len(good) < len(lines):
            with contextlib.suppress(OSError, StorageError):
                files.copy(path, path.with_name(name + _DAMAGED_SUFFIX))
                self._write(name, good)
        return good


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_choice(line: object) -> bool:
    match line:
        case ["left out", str()] | ["shown as", [str(), str()]]:
            return True
    return False


def _is_arrival(line: object) -> bool:
    match line:
        case [int(), [*places]]:
            return all(isinstance(place, str) for place in places)
    return False


def _without(arrivals: dict[str, int], moves: Iterable[tuple[str, str]]) -> dict[str, int]:
    gone = {old for old, _ in moves}
    return {place: number for place, number in arrivals.items() if place not in gone}
