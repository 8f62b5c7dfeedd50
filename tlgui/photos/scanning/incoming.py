"""Finds the photos that come into a folder while it is watched: each once, when it is completely written.

Each look compares the names, sizes and times of the files with those of the look before. That is right on every disk,
network drives included, and whatever the computer's clock says: times are only compared for being the same.

A file that is new, or was replaced, waits until its size and time have stayed the same for a while and it can be read
to its end. Files that are empty or that have the name of an unfinished download wait too. A file that can never be read
to its end is given out after ten minutes, so that the person is told of it.

A file that has another name by now is no new one: the system says that it is the same, where it can tell.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tlgui.photos.facts import FileState
from tlgui.photos.pictures.header import read_facts, state_of
from tlgui.photos.pictures.opening import UnusablePhotoError, is_photo
from tlgui.photos.scanning.listing import is_hidden, looks_like_photo
from tlgui.progress import JobContext

REST_SECONDS = 2.0
DOUBT_SECONDS = 10.0
"""How long a file stays the same, and cannot be read, until it is told apart from those that are being written."""
GIVE_UP_SECONDS = 600.0
MOST_AT_ONCE = 500
"""How many photos one look gives out, so that the first ones can be named while the others are still examined."""

# What browsers, cloud folders and copying programs call a file until it is complete.
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".!ut", "~")
_SIDECARS = (".xmp", ".aae", ".txt", ".json", ".thm")


@dataclass(frozen=True, slots=True)
class Incoming:
    """The result of a look.

    Args:
        arrived: The photos that are complete since the look before, sorted.
        waiting_count: Photos that are not complete yet, as it seems.
        doubtful_count: Those among them that nobody writes any more, as it seems, and that cannot be read yet.
        is_there: Whether the folder could be opened.
        closed_count: Folders in it that could not be opened.
        moved: The new paths of files that were known and have another name or folder now, by the old ones.
        has_more: Whether the next look will give out more at once.
    """

    arrived: tuple[Path, ...] = ()
    waiting_count: int = 0
    doubtful_count: int = 0
    is_there: bool = True
    closed_count: int = 0
    moved: Mapping[Path, Path] = field(default_factory=dict)
    has_more: bool = False


@dataclass(slots=True)
class _Waiting:
    """A file that is not complete yet.

    Args:
        state: Its size and time.
        since: When that was seen first, in seconds.
        check_at: When it is to be read, in seconds.
    """

    state: FileState
    since: float
    check_at: float


@dataclass(slots=True)
class _Listing:
    """What a look lists.

    Args:
        states: Size and time of each file.
        identities: What the system tells each file by, whatever its name; for those where it does.
        closed_count: Folders that could not be opened.
    """

    states: dict[str, FileState] = field(default_factory=dict)
    identities: dict[str, tuple[int, int]] = field(default_factory=dict)
    closed_count: int = 0


class IncomingPhotos:
    """The photos that come into a folder and the folders in it.

    Links to photos are photos; links to folders are followed, each folder being listed once.

    Args:
        folder: The folder; it may be away, and come back.
        known: Files that count as seen, as they were then.
        takes_present: Whether the photos that are there at the first look are given out too, where they are not known.
        without: A folder that is never listed, however it is reached; it may be made later.
        clock: Returns a time in seconds that never goes back.

    Attributes:
        known: All files that were given out, that count as seen, or that are no photos, by path.
    """

    def __init__(
        self,
        folder: Path,
        known: Mapping[str, FileState] | None = None,
        *,
        takes_present: bool = True,
        without: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folder = folder.absolute()
        self.known: dict[str, FileState] = dict(known or {})
        self._knows_present = takes_present
        self._without = without
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}
        # Of the files of the last look.
        self._identities: dict[str, tuple[int, int]] = {}

    @property
    def has_begun(self) -> bool:
        """Whether it is settled which photos count as there at the beginning."""
        return self._knows_present

    def look(self, context: JobContext) -> Incoming:
        """Look at the folder; one look at a time.

        Args:
            context: Its checkpoint is called before each file and folder.

        Raises:
            Cancelled: The user pressed Stop.
        """
        now = self._clock()
        found = self._listed(context)
        if found is None:
            return Incoming((), self._waiting_count(), self._doubtful_count(now), is_there=False)
        if not self._knows_present:
            self.known.update(found.states)
            self._knows_present = True
        moved = self._moved(found)
        self._waiting = {path: waiting for path, waiting in self._waiting.items() if path in found.states}
        rested = sorted(path for path, state in found.states.items() if self._has_rested(path, state, now))
        arrived = [path for path in rested[:MOST_AT_ONCE] if self._is_complete(path, now, context)]
        # Not before: after Stop, the next look gives them out.
        for path in arrived:
            self._settle(path)
        return Incoming(
            tuple(map(Path, arrived)),
            self._waiting_count(),
            self._doubtful_count(now),
            closed_count=found.closed_count,
            moved=moved,
            has_more=len(rested) > MOST_AT_ONCE,
        )

    def _moved(self, found: _Listing) -> dict[Path, Path]:
        """Know the files that have another name than at the last look by that, and return them."""
        gone = {
            identity: path
            for path, identity in self._identities.items()
            if path in self.known and path not in found.states
        }
        self._identities = found.identities
        moved = {}
        for new in found.identities.keys() - self.known.keys() if gone else ():
            old = gone.get(found.identities[new])
            if old is not None and self.known.get(old) == found.states[new]:
                self.known[new] = self.known.pop(old)
                moved[Path(old)] = Path(new)
        return moved

    def _has_rested(self, path: str, state: FileState, now: float) -> bool:
        """Return whether a file has stayed the same for so long that it is to be read now."""
        if self.known.get(path) == state:
            # It may have been changed and changed back.
            self._waiting.pop(path, None)
            return False
        waiting = self._waiting.get(path)
        if waiting is None or waiting.state != state:
            self._waiting[path] = _Waiting(state, now, now + REST_SECONDS)
            return False
        return bool(state.size) and now >= waiting.check_at

    def _is_complete(self, path: str, now: float, context: JobContext) -> bool:
        """Read a file that has rested; return whether it is a photo to give out."""
        context.checkpoint()
        waiting = self._waiting[path]
        if not looks_like_photo(path) and not is_photo(Path(path)):
            self._settle(path)
            return False
        try:
            is_complete = read_facts(Path(path), waiting.state).state == waiting.state
        except UnusablePhotoError:
            is_complete = now - waiting.since >= GIVE_UP_SECONDS
        if not is_complete:
            # Twice as long after each try: some systems change neither size nor time until a copy is complete.
            waiting.check_at = now + max(REST_SECONDS, now - waiting.since)
        return is_complete

    def _settle(self, path: str) -> None:
        self.known[path] = self._waiting.pop(path).state

    def _waiting_count(self) -> int:
        return sum(map(looks_like_photo, self._waiting))

    def _doubtful_count(self, now: float) -> int:
        doubtful = (path for path, each in self._waiting.items() if now - each.since >= DOUBT_SECONDS)
        return sum(map(looks_like_photo, doubtful))

    def _left_out(self) -> set[tuple[int, int]]:
        with contextlib.suppress(OSError):
            return {_identity(str(self._without))} if self._without is not None else set()
        return set()

    def _listed(self, context: JobContext) -> _Listing | None:
        """Return the state of each file that may be a photo; None where the folder cannot be opened."""
        found = _Listing()
        visited = self._left_out()
        # Real folders come before links to them, so that a photo has the same path at each look.
        root, folders = str(self._folder), [str(self._folder)]
        links: list[str] = []
        while folders or links:
            context.checkpoint()
            folder = folders.pop() if folders else links.pop()
            try:
                entries = list(_entries(folder, visited))
            except OSError:
                if folder == root:
                    return None
                found.closed_count += 1
                continue
            for entry in entries:
                context.checkpoint()
                _sort_in(entry, found, folders, links)
            links.sort(reverse=True)
        return found


def _identity(folder: str) -> tuple[int, int]:
    status = os.stat(folder)  # noqa: PTH116 - many folders, as text
    return status.st_dev, status.st_ino


def _entries(folder: str, visited: set[tuple[int, int]]) -> Iterator[os.DirEntry[str]]:
    """Yield the entries of a folder that are not hidden, unless it was listed before.

    Raises:
        OSError: It cannot be opened.
    """
    place = _identity(folder)
    if place not in visited:
        with os.scandir(folder) as listing:
            visited.add(place)
            yield from (entry for entry in listing if not is_hidden(entry.name))


def _sort_in(entry: os.DirEntry[str], found: _Listing, folders: list[str], links: list[str]) -> None:
    try:
        if entry.is_dir():
            (links if entry.is_symlink() else folders).append(entry.path)
        elif _may_be_photo(entry.name) and entry.is_file():
            status = entry.stat()
            found.states[entry.path] = state_of(status)
            # Of a link it is that of the photo; Windows does not say it here.
            if status.st_ino and not entry.is_symlink():
                found.identities[entry.path] = (status.st_dev, status.st_ino)
    except OSError:
        # It is gone already, or a link that leads nowhere.
        return


def _may_be_photo(name: str) -> bool:
    lower = name.lower()
    return not lower.startswith("~") and not lower.endswith(_UNFINISHED) and not lower.endswith(_SIDECARS)
