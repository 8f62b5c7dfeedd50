"""The folder that is watched, as it is kept with the collection: what was chosen, and which photos are done.

It is a file of JSON lines. The first one is written whole or not at all when watching begins, the others are added:
  {"watch": 1, "folder": "/media/card/DCIM", "takes_present": true, "sorting": null}
  {"done": [["100CANON/IMG_1.JPG", 4711, 17…]]}    files that are done, by place, size and time
  {"begun": true}                                  all files that are there at the beginning are among them
  {"copied": ["9f86d0…"]}                          the SHA-256 of photos that were copied, which are never copied again
A line that a kill or a full disk cut off is passed over: its photos are named once more, from predictions that were
kept, and the sort finds its copies there already.
"""

import contextlib
import itertools
import json
import logging
import os
import re
import threading
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tlgui import files
from tlgui.errors import NewerFileError, StorageError
from tlgui.photos.facts import FileState
from tlgui.photos.places import inside, outside
from tlgui.photos.sorting.options import SortOptions
from tlgui.ui.watching.choice import WatchChoice

_NAME = "watch.jsonl"
_LOCK_NAME = "watch.lock"
_VERSION = 1
_IN_A_LINE = 500
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NOTHING = object()
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class WatchProgress:
    """How far watching has come.

    Args:
        done: The files that are done, by path.
        copied: The SHA-256 of the photos that were copied.
        has_begun: Whether all files are in `done` that were there at the beginning and are not to be named.
    """

    done: dict[str, FileState] = field(default_factory=dict)
    copied: set[bytes] = field(default_factory=set)
    has_begun: bool = False


class WatchRecord:
    """The record of one collection; who writes to it has called `own` before.

    Args:
        folder: Where it lies, such as the collection's workspace.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME
        self._lock = files.OwnerLock(folder / _LOCK_NAME)
        self._writing = threading.Lock()
        self.number = 0
        """Which choice of this window it is that is kept: `add` passes over what was done for one before."""

    def own(self) -> bool:
        """Take the watch for this window; return False where another window has it.

        Raises:
            StorageError: The disk refused, or it is a `NewerFileError`: a later version wrote the record.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            is_ours = self._lock.acquire()
        except OSError as error:
            raise files.storage_error(error, self._path) from error
        try:
            self._first()
        except NewerFileError:
            self.disown()
            raise
        return is_ours

    def disown(self) -> None:
        """Let another window have the watch."""
        self._lock.release()

    def choice(self) -> WatchChoice | None:
        """Return what was chosen; None where nothing is watched, or the record is damaged.

        Raises:
            NewerFileError: A later version wrote the record.
        """
        first = self._first()
        choice = _choice_in(first)
        if choice is None and first is not _NOTHING:
            _log.warning("what was watched is damaged: %s", self._path)
        return choice

    def progress(self) -> WatchProgress:
        """Return how far watching has come.

        Raises:
            NewerFileError: A later version wrote the record.
        """
        found = WatchProgress()
        choice = self.choice()
        if choice is not None:
            for line in itertools.islice(self._lines(), 1, None):
                _take(line, choice.folder, found)
        return found

    def begin(self, choice: WatchChoice) -> None:
        """Keep a choice; nothing is done yet.

        Raises:
            StorageError: The disk refused; the record is as it was.
        """
        sorting = choice.sorting
        head = {
            "watch": _VERSION,
            "folder": str(choice.folder),
            "takes_present": choice.takes_present,
            "sorting": None
            if sorting is None
            else {
                "into": str(sorting.into),
                "pattern": sorting.pattern,
                "not_sure": sorting.not_sure,
                "unlike": sorting.unlike,
            },
        }
        with self._writing:
            files.write_text(self._path, json.dumps(head) + "\n")
            self.number += 1

    def add(
        self,
        number: int,
        folder: Path,
        done: Mapping[str, FileState],
        copied: Iterable[bytes] = (),
        *,
        has_begun: bool = False,
    ) -> None:
        """Keep that files are done.

        Args:
            number: The `number` of the choice.
            folder: The watched folder.
            done: The files, by path.
            copied: The SHA-256 of those that were copied.
            has_begun: As in `WatchProgress`; once True, it stays so.

        Raises:
            StorageError: The disk refused; some of them may be kept.
        """
        lines: list[object] = []
        rest = iter(done.items())
        while some := list(itertools.islice(rest, _IN_A_LINE)):
            lines.append({"done": [[inside(Path(path), folder), *state] for path, state in some]})
        if digests := [digest.hex() for digest in copied]:
            lines.append({"copied": digests})
        if has_begun:
            lines.append({"begun": True})
        # A line that was cut off must not run into the next one.
        text = "".join(f"\n{json.dumps(line)}" for line in lines) + "\n"
        with self._writing:
            if number == self.number:
                self._append(text.encode())

    def _append(self, data: bytes) -> None:
        try:
            with self._path.open("rb+") as stream:
                stream.seek(0, os.SEEK_END)
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise files.storage_error(error, self._path) from error

    def forget(self) -> None:
        """Watch nothing any more.

        Raises:
            StorageError: The disk refused.
        """
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise files.storage_error(error, self._path) from error

    def _first(self) -> object:
        """Return the first line, after a check that no later version wrote it; `_NOTHING` where there is none."""
        with contextlib.closing(self._lines()) as lines:
            first = next(lines, _NOTHING)
        match first:
            case {"watch": int(version)} if version > _VERSION:
                raise NewerFileError(
                    f"Which folder is watched was kept by a later version of tlgui, in “{self._path}”.",
                    "Use that version; this one leaves the file as it is.",
                )
        return first

    def _lines(self) -> Generator[object]:
        try:
            with files.open_regular(self._path) as stream:
                yield from (_parsed(line) for line in stream if line.strip())
        except FileNotFoundError:
            return
        except OSError as error:
            _log.warning("what was watched cannot be read from %s: %s", self._path, error)


def choice_to_offer(folder: Path) -> WatchChoice | None:
    """Return what was watched; None where nothing was, or another window watches it."""
    record = WatchRecord(folder)
    choice = record.choice()
    try:
        if choice is None or not record.own():
            return None
    except StorageError:
        return None
    record.disown()
    return choice


def forget_watch(record: WatchRecord) -> None:
    """Offer what was watched no more, unless another window watches it."""
    try:
        # Another window may watch meanwhile.
        if record.own():
            record.forget()
    except StorageError as error:
        _log.warning("what was watched cannot be forgotten: %s", error)
    finally:
        record.disown()


def _parsed(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _choice_in(line: object) -> WatchChoice | None:
    match line:
        case {"watch": 1, "folder": str(folder), "takes_present": bool(takes_present), "sorting": None}:
            return WatchChoice(Path(folder), takes_present)
        case {
            "watch": 1,
            "folder": str(folder),
            "takes_present": bool(takes_present),
            "sorting": {
                "into": str(into),
                "pattern": str(pattern),
                "not_sure": str() | None as not_sure,
                "unlike": str() | None as unlike,
            },
        }:
            options = SortOptions(Path(into), pattern=pattern, not_sure=not_sure, unlike=unlike)
            return WatchChoice(Path(folder), takes_present, options)
    return None


def _take(line: object, folder: Path, found: WatchProgress) -> None:
    match line:
        case {"done": [*items]}:
            for item in items:
                match item:
                    case [str(place), int(size), int(changed_ns)]:
                        found.done[str(outside(place, folder))] = FileState(size, changed_ns)
        case {"copied": [*digests]}:
            found.copied.update(bytes.fromhex(each) for each in digests if _DIGEST.fullmatch(str(each)))
        case {"begun": True}:
            found.has_begun = True
