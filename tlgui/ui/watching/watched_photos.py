"""Which photos of a watched folder have come, are named, and are copied: the bookkeeping of one watch."""

import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from tlgui.learning.answers.sorting import decided_photos
from tlgui.photos.facts import FileState
from tlgui.photos.scanning.incoming import Incoming, IncomingPhotos
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.watching.choice import WatchChoice
from tlgui.ui.watching.copying import Copied, NamedPhoto
from tlgui.ui.watching.record import WatchProgress
from tlgui.ui.watching.words import WatchState

_MOST_COPIED = 2000

Done = Mapping[str, FileState]
"""Files that are done, as they were when they came, by path."""


class WatchedPhotos:
    """The photos of one watch: each comes, is handed over to be named, is named, and is copied if so chosen.

    Args:
        choice: What the person chose.
        progress: How far watching came before.
        clock: See `IncomingPhotos`.

    Attributes:
        incoming: Looks at the folder; used on another thread.
        is_paused: Whether no photos are handed over until the person goes on.
    """

    def __init__(
        self, choice: WatchChoice, progress: WatchProgress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.choice = choice
        self.incoming = IncomingPhotos(
            choice.folder,
            progress.done,
            takes_present=choice.takes_present or progress.has_begun,
            without=choice.sorting.into if choice.sorting is not None else None,
            clock=clock,
        )
        self.is_paused = False
        self._last = Incoming()
        self._arrived: dict[str, None] = {}
        self._handed: dict[str, None] = {}
        self._to_copy: dict[str, NamedPhoto] = {}
        self._named_count = self._unreadable_count = self._copied_count = self._twin_count = 0
        self._copy_problem = ""

    @property
    def is_ready(self) -> bool:
        """Whether photos are to be handed over: some have come, and those handed over before are named."""
        return bool(self._arrived) and not self._handed and not self.is_paused

    @property
    def has_more(self) -> bool:
        """Whether the next look will find photos at once."""
        return self._last.has_more

    @property
    def has_to_copy(self) -> bool:
        """Whether photos are to be copied."""
        return bool(self._to_copy)

    def arrive(self, found: Incoming) -> Done:
        """Take the result of a look, and return the photos that are done, and have another name now."""
        self._last = found
        done = [str(new) for old, new in found.moved.items() if not self._is_moved(str(old), new)]
        self._arrived.update(dict.fromkeys(map(str, found.arrived)))
        return self._done(done)

    def hand_over(self) -> tuple[Path, ...]:
        """Return the photos that are to be named now."""
        paths = tuple(map(Path, self._arrived))
        self._handed.update(self._arrived)
        self._arrived = {}
        return paths

    def is_expected(self, path: str) -> bool:
        """Return whether a photo is to be named for this watch."""
        return path in self._handed or path in self._arrived

    def name(self, photos: BoardContents) -> Done:
        """Take photos that were named.

        Args:
            photos: Those that are expected.

        Returns:
            The photos that are done.
        """
        done: dict[str, None] = {}
        for row in photos.rows.tolist():
            path = photos.photos.paths[row]
            self._handed.pop(path, None)
            self._arrived.pop(path, None)
            named = _named(photos, row)
            self._named_count += named is not None
            self._unreadable_count += named is None
            if named is None or self.choice.sorting is None:
                done[path] = None
            else:
                self._to_copy[path] = named
        return self._done(done)

    def end_naming(self, *, is_whole: bool) -> Done:
        """Take the end of all naming.

        Args:
            is_whole: Whether it was neither stopped nor failed: what was not named then is to stay off the board.

        Returns:
            The photos that are done.
        """
        left, self._handed = self._handed, {}
        if is_whole:
            return self._done(left)
        if left:
            self._arrived = {**left, **self._arrived}
            self.is_paused = True
        return {}

    def batch(self, photos: BoardContents | None) -> dict[str, NamedPhoto]:
        """Return photos that are to be copied now, by path.

        Args:
            photos: The board, which tells what is said of them by now, where they are still on it.
        """
        batch = dict(itertools.islice(self._to_copy.items(), _MOST_COPIED))
        for path in batch:
            row = photos.photos.row_of(Path(path)) if photos is not None else None
            now = _named(photos, row) if photos is not None and row is not None else None
            if now is not None:
                batch[path] = self._to_copy[path] = now
        return batch

    def end_copying(self, batch: Mapping[str, NamedPhoto], copied: Copied) -> Done:
        """Take the end of copying a batch, and return the photos that are done."""
        self._copied_count += copied.photo_count
        self._twin_count += copied.twin_count
        self._copy_problem = copied.problem
        if copied.problem:
            return {}
        for path, named in batch.items():
            # It may have been replaced, and named again, meanwhile.
            if self._to_copy.get(path) is named:
                del self._to_copy[path]
        return self._done(path for path in batch if path not in self._to_copy)

    def state(self, waits_for: str) -> WatchState:
        """Return how it stands; `waits_for` is why photos are not named now, as in `WatchState`."""
        sorting = self.choice.sorting
        return WatchState(
            folder=self.choice.folder,
            into=sorting.into if sorting is not None else None,
            named_count=self._named_count,
            copied_count=self._copied_count,
            unreadable_count=self._unreadable_count,
            twin_count=self._twin_count,
            to_copy_count=len(self._to_copy),
            doubtful_count=self._last.doubtful_count,
            written_count=self._last.waiting_count - self._last.doubtful_count,
            unnamed_count=len(self._arrived),
            waits_for=waits_for,
            closed_count=self._last.closed_count,
            is_there=self._last.is_there,
            is_paused=self.is_paused,
            copy_problem=self._copy_problem,
        )

    def _is_moved(self, old: str, new: Path) -> bool:
        """Return whether a photo that has another name now waits for something, which it does by that name then."""
        if (to_copy := self._to_copy.pop(old, None)) is not None:
            self._to_copy[str(new)] = replace(to_copy, photo=replace(to_copy.photo, path=new))
            return True
        for waiting in (self._arrived, self._handed):
            if old in waiting:
                # What was handed over is not found where it was.
                del waiting[old]
                self._arrived[str(new)] = None
                return True
        return False

    def _done(self, paths: Iterable[str]) -> Done:
        known = self.incoming.known
        return {path: known[path] for path in paths if path in known}


def _named(photos: BoardContents, row: int) -> NamedPhoto | None:
    """Return a photo of the board for a sort; None where nothing is said of it."""
    one = replace(photos, rows=np.array([row], np.intp))
    decided = next(decided_photos(one.answers()), None)
    return NamedPhoto(decided, photos.photos.digest(row)) if decided is not None else None
