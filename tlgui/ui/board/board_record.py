"""What lies on the board, as it is kept with the collection: the photos and folders that were dropped, in order.

It is data of the user, one JSON file, written whole or not at all:
  {"board": 1, "dropped": [["/media/card", ["DCIM", "a.jpg"]]], "off": [["/media/card/DCIM", ["7.jpg"]]]}
Both are lists of folders and of names in them; `off` are photos that the person took off the board.

Windows that have the same collection open share the file: each reads it before it writes its own changes into it.
"""

import contextlib
import itertools
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import NewerFileError, StorageError

MOST_ENTRIES = 200_000
"""With more, the folders that hold most of them are kept instead of the photos."""

_NAME = "board.json"
_VERSION = 1
_MOST_BYTES = 256 << 20
_LOCK_SECONDS = 5.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """What is kept. Paths are text, since there may be 100,000.

    Args:
        dropped: Photos and folders, in the order in which they were dropped, each once.
        off: Photos in these folders that are to stay off the board.
    """

    dropped: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()

    def with_dropped(self, paths: Iterable[str]) -> "BoardRecord":
        """Return the record after photos and folders were dropped: they, and all in them, are on the board again."""
        given = tuple(dict.fromkeys(paths))
        again = Coverage(given)
        off = frozenset(path for path in self.off if path not in again)
        covered, entries = Coverage(self.dropped), dict.fromkeys(self.dropped)
        entries.update(dict.fromkeys(path for path in given if path not in covered))
        return BoardRecord(tuple(_bounded(tuple(entries))), off)

    def with_off(self, paths: Iterable[str]) -> "BoardRecord":
        """Return the record after photos were taken off the board."""
        gone = frozenset(paths)
        left = tuple(path for path in self.dropped if path not in gone)
        covered = Coverage(left)
        return BoardRecord(left, self.off | frozenset(path for path in gone if path in covered))

    def with_moved(self, places: Mapping[str, str]) -> "BoardRecord":
        """Return the record after photos of the board were moved.

        Args:
            places: The new path of each by the old one; those of other files are passed over.
        """
        covered = Coverage(self.dropped)
        moved = {old: new for old, new in places.items() if old in covered and old not in self.off}
        kept = tuple(path for path in self.dropped if path not in moved)
        return BoardRecord(kept, self.off).with_dropped(moved.values())

    def without(self, dropped: Iterable[str]) -> "BoardRecord":
        """Return the record after a board with these photos and folders was cleared."""
        gone = frozenset(dropped)
        left = tuple(path for path in self.dropped if path not in gone)
        covered = Coverage(left)
        return BoardRecord(left, frozenset(path for path in self.off if path in covered))


class Coverage:
    """Tells which paths are among given ones, or in folders among them.

    Args:
        paths: Photos and folders.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._folders: dict[str, bool] = {}

    def __contains__(self, path: str) -> bool:
        """Return whether a path is covered."""
        return path in self._paths or self._has_folder(os.path.dirname(path))  # noqa: PTH120 - many paths, as text

    def _has_folder(self, folder: str) -> bool:
        inner: list[str] = []
        while folder not in self._folders:
            inner.append(folder)
            above = os.path.dirname(folder)  # noqa: PTH120 - as above
            if folder in self._paths or above == folder:
                self._folders[folder] = folder in self._paths
            else:
                folder = above
        self._folders.update(dict.fromkeys(inner, self._folders[folder]))
        return self._folders[folder]


class BoardRecordFile:
    """The file of a record; each call opens it.

    Args:
        folder: Where it lies, such as the collection's workspace; made by the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def read(self) -> BoardRecord:
        """Return the record; an empty one where there is none, or it is damaged: a copy of it is then set aside.

        Raises:
            NewerFileError: A later version wrote it.
        """
        try:
            return self._read()
        except OSError as error:
            _log.warning("what lay on the board cannot be read from %s: %s", self._path, error)
            return BoardRecord()

    def change(self, change: Callable[[BoardRecord], BoardRecord]) -> BoardRecord:
        """Change the record as it is on the disk now, whichever window wrote it.

        Args:
            change: Returns the record after the change.

        Returns:
            That record.

        Raises:
            StorageError: The disk refused, another window holds the file, or it is a `NewerFileError`; the record is
                as it was.
        """
        with self._owned():
            before = self._read()
            after = change(before)
            if after == before:
                return after
            if after.dropped:
                files.write_text(self._path, _text_of(after))
            else:
                self._path.unlink(missing_ok=True)
            return after

    def _read(self) -> BoardRecord:
        try:
            data = files.read_regular(self._path, _MOST_BYTES)
        except FileNotFoundError:
            return BoardRecord()
        try:
            return _record_in(json.loads(data), self._path)
        except (ValueError, RecursionError):
            aside = self._path.with_name(f"{_NAME}.damaged")
            self._path.replace(aside)
            _log.warning("what lay on the board is damaged; the file is set aside as %s", aside)
            return BoardRecord()

    @contextlib.contextmanager
    def _owned(self) -> Iterator[None]:
        lock = files.OwnerLock(self._path.with_suffix(".lock"))
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if not lock.acquire(_LOCK_SECONDS):
                raise StorageError("What is on the Predict page cannot be kept: another window is writing it.")
            yield
        except OSError as error:
            raise files.storage_error(error, self._path) from error
        finally:
            lock.release()


def _bounded(entries: Sequence[str]) -> Sequence[str]:
    """Return entries of which there are not too many: folders stand for the photos in them where there are most."""
    if len(entries) <= MOST_ENTRIES:
        return entries
    counts = Counter(map(os.path.dirname, entries))
    left = len(entries)
    folders: set[str] = set()
    for folder, number in counts.most_common():
        if left <= MOST_ENTRIES or number == 1:
            break
        folders.add(folder)
        left -= number - 1
    fewer = (folder if (folder := os.path.dirname(path)) in folders else path for path in entries)  # noqa: PTH120
    return tuple(itertools.islice(dict.fromkeys(fewer), MOST_ENTRIES))


def _text_of(record: BoardRecord) -> str:
    return json.dumps({"board": _VERSION, "dropped": _grouped(record.dropped), "off": _grouped(sorted(record.off))})


def _grouped(paths: Iterable[str]) -> list[tuple[str, list[str]]]:
    groups = itertools.groupby(map(os.path.split, paths), lambda parts: parts[0])
    return [(folder, [name for _, name in parts]) for folder, parts in groups]


def _record_in(data: object, path: Path) -> BoardRecord:
    """Return the record in JSON; raises `ValueError` where there is none, and `NewerFileError` for a later version."""
    match data:
        case {"board": int(version)} if version > _VERSION:
            raise NewerFileError(
                f"What lay on the Predict page was kept by a later version of tlgui, in “{path}”.",
                "Use that version; this one leaves the file as it is.",
            )
        case {"board": 1, "dropped": [*dropped], "off": [*off]}:
            return BoardRecord(tuple(dict.fromkeys(_paths_in(dropped))), frozenset(_paths_in(off)))
    raise ValueError("it is no record of a board")


def _paths_in(groups: Sequence[object]) -> Iterator[str]:
    for group in groups:
        match group:
            case [str(folder), [*names]] if all(isinstance(name, str) for name in names):
                yield from (os.path.join(folder, str(name)) for name in names)  # noqa: PTH118 - many paths, as text
            case _:
                raise ValueError("it is no list of paths")
