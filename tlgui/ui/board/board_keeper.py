"""Keeps what lies on the board with the collection, and puts it back when the collection or its model is opened again.

What is put back is named by predictions that were kept, so that no network runs which nobody asked for; of the other
photos it says how many there are, and names them when the person asks for it. The disk is read and written on another
thread, one change after the other; closing the window waits until all is written.
"""

import contextlib
import functools
import itertools
import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import PredictRequest
from tlgui.errors import CollectionError, NewerFileError, StorageError
from tlgui.learning.results import PredictionSummary
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.listing import looks_like_photo
from tlgui.progress import Event, Progress, Stage
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.board.board_record import BoardRecord, BoardRecordFile, Coverage
from tlgui.ui.board.columns import Rows
from tlgui.ui.board.record_folder import record_folder
from tlgui.ui.board.serial_tasks import SerialTasks
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

_OF_LATER_VERSION = (
    "A later version of tlgui kept what was on this page. It is left as it is: use that version to see it again. "
    "What you add now is not kept."
)
_log = logging.getLogger(__name__)


class BoardRecordRequest:
    """Read and write what lies on the board, in the background."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What is kept, as far as it is there now.

    Args:
        folder: Where it is kept.
        record: All of it.
        there: The photos and folders that are there.
        missing: Those that are not.
        is_kept_only: Whether only photos with kept predictions are wanted.
    """

    folder: Path
    record: BoardRecord
    there: tuple[str, ...]
    missing: tuple[str, ...]
    is_kept_only: bool


@dataclass(frozen=True, slots=True)
class _Unnamed:
    """The photos without a name.

    Args:
        count: How many; None where that is not known.
        of: Of how many photos that were to be named.
        paths: Those that are known; all of them, unless there are more than one job tells or it was stopped.
    """

    count: int | None = 0
    of: int = 0
    paths: frozenset[str] = frozenset()


class _Naming(QObject):
    """Follows one naming of photos, and tells which of them were left without a name.

    Signals:
        ended: These, an `_Unnamed`.

    Args:
        job: The prediction.
        parent: The owner.
    """

    ended = Signal(object)

    def __init__(self, job: Job, parent: QObject) -> None:
        super().__init__(parent)
        self._left = _Unnamed(None)
        job.reported.connect(self._on_job_reported)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.ended.connect(self._on_job_ended)

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, Progress) and event.stage is Stage.PREDICTING and event.total is not None:
            self._left = _Unnamed(event.total - event.done, event.total)

    @Slot(object)
    def _on_job_succeeded(self, summary: PredictionSummary) -> None:
        self._left = _Unnamed(summary.left_out_count, paths=frozenset(map(str, summary.left_out)))

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        if isinstance(error, CollectionError):
            # There are no photos.
            self._left = _Unnamed()

    @Slot()
    def _on_job_ended(self) -> None:
        self.ended.emit(self._left)
        self.deleteLater()


class BoardKeeper(QObject):
    """Keeps the board of a session.

    Signals:
        changed: What `words` and `button` return changed.

    Args:
        board: The board.
        session: Its model says where the record is.
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, board: Board, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._session = session
        self._folder: Path | None = None
        # What this window shows of the record.
        self._shown: dict[str, None] = {}
        self._waiting: _Found | None = None
        self._missing: tuple[str, ...] = ()
        self._is_of_later_version = False
        self._unnamed = _Unnamed()
        self._is_naming_again = False
        self._put_back_paths: tuple[Path, ...] = ()
        self._tasks = SerialTasks(session, BoardRecordRequest(), self)
        board.asked.connect(self._on_board_asked)
        board.moved.connect(self._on_board_moved)
        board.grew.connect(self._on_board_grew)
        board.cleared.connect(self._on_board_cleared)
        board.taken_off.connect(self._on_board_taken_off)
        session.model_changed.connect(self._on_session_model_changed)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._put_back)
        self._on_session_model_changed()

    @property
    def words(self) -> str:
        """What the person is to know of the board, as sentences; empty where there is nothing."""
        sentences = []
        unnamed = self._unnamed.count
        if unnamed is None:
            sentences.append("Some photos are not named yet.")
        elif unnamed:
            sentences.append(f"{count('photo', unnamed)} {'is' if unnamed == 1 else 'are'} not named yet.")
        if self._missing:
            sentences.append(_missing_in_words(self._missing))
        if self._is_of_later_version:
            sentences.append(_OF_LATER_VERSION)
        return " ".join(sentences)

    @property
    def button(self) -> str:
        """The text of the button for `go_on`, with its mnemonic; empty where nothing can be done."""
        if self._unnamed.count != 0:
            return "Go on naming"
        return "Look again" if self._missing else ""

    @property
    def can_forget(self) -> bool:
        """Whether what `words` tells of is forgotten when the board is cleared."""
        return self._unnamed.count != 0 or bool(self._missing)

    def lacks_only(self, folder: Path) -> bool:
        """Return whether all that `words` tells of are photos in a folder."""
        unnamed, inside = self._unnamed, Coverage([str(folder.absolute())])
        is_known = unnamed.count == len(unnamed.paths) and not self._missing
        return is_known and all(path in inside for path in unnamed.paths)

    def go_on(self) -> None:
        """Name the photos that are not named, and look again for those that were not there."""
        self._find(is_kept_only=self._unnamed.count == 0)

    def add(self, paths: Iterable[Path]) -> None:
        """Keep photos and folders too.

        Args:
            paths: Such as a folder whose photos are going to be named one by one.
        """
        given = tuple(str(path.absolute()) for path in paths)
        self._shown.update(dict.fromkeys(given))
        if self._board.left_out:
            again = Coverage(given)
            self._board.left_out = frozenset(path for path in self._board.left_out if path not in again)
        self._change(lambda record: record.with_dropped(given))

    def take_off(self, paths: Iterable[Path]) -> None:
        """Keep photos off the board, until they are dropped again."""
        gone = tuple(str(path.absolute()) for path in paths)
        self._board.left_out |= frozenset(gone)
        self._change(lambda record: record.with_off(gone))

    # Inner workings.

    @Slot(object)
    def _on_board_taken_off(self, paths: tuple[str, ...]) -> None:
        self.take_off(map(Path, paths))

    @Slot(object)
    def _on_board_asked(self, paths: tuple[Path, ...]) -> None:
        if not self._is_naming_again:
            self.add(paths)

    @Slot(object)
    def _on_board_moved(self, places: Mapping[str, str]) -> None:
        if places:
            self._change(lambda record: record.with_moved(places))

    @Slot()
    def _on_board_cleared(self) -> None:
        gone = tuple(self._shown)
        self._shown.clear()
        self._waiting = None
        self._change(lambda record: record.without(gone))
        self._tell(_Unnamed(), ())

    @Slot()
    def _on_session_model_changed(self) -> None:
        try:
            folder = record_folder(self._session)
        except OSError as error:
            _log.warning("the board cannot be kept: %s", error)
            return
        # Without a model, the board is that of the model before.
        if folder is not None and folder != self._folder:
            self._folder = folder
            self._shown, self._waiting = {}, None
            self._board.left_out = frozenset()
            self._is_of_later_version = False
            self._tell(_Unnamed(), ())
            self._find(is_kept_only=True)

    def _tell(self, unnamed: _Unnamed, missing: tuple[str, ...]) -> None:
        if (unnamed, missing) != (self._unnamed, self._missing):
            self._unnamed, self._missing = unnamed, missing
            self.changed.emit()

    def _find(self, *, is_kept_only: bool) -> None:
        """Read the record, look what of it is there, and name that."""
        folder = self._folder
        if folder is None:
            return

        def read() -> _Found | None:
            try:
                record = BoardRecordFile(folder).read()
            except NewerFileError as error:
                _log.warning("%s", error)
                return None
            there = tuple(filter(os.path.lexists, record.dropped))
            missing = set(record.dropped).difference(there)
            gone = set(_gone(missing))
            if gone:
                _write(folder, lambda record: record.without(gone))
            return _Found(folder, record, there, tuple(sorted(missing - gone)), is_kept_only)

        self._tasks.do(read, functools.partial(self._take_from, folder))

    def _take_from(self, folder: Path, found: _Found | None) -> None:
        if found is not None:
            self._take(found)
        elif folder == self._folder:
            self._is_of_later_version = True
            self.changed.emit()

    def _take(self, found: _Found) -> None:
        if found.folder != self._folder or not found.record.dropped:
            return
        if len(self._board.photos) and not self._shown and not self._board.is_naming:
            # Photos of another model, which its own record keeps.
            self._board.empty()
        self._shown.update(dict.fromkeys(found.record.dropped))
        self._board.left_out = found.record.off
        self._waiting = found
        self._tell(self._unnamed, found.missing)
        self._put_back()

    @Slot()
    def _put_back(self) -> None:
        """Name what was found, once the board takes it."""
        found = self._waiting
        if found is None or not found.there or self._board.problem():
            return
        self._waiting = None
        self._put_back_paths = tuple(map(Path, found.there))
        self._is_naming_again = True
        self._board.name_photos(self._put_back_paths, is_kept_only=found.is_kept_only)
        self._is_naming_again = False

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        request = job.request
        if isinstance(request, PredictRequest):
            is_of_all = request.paths == self._put_back_paths
            if is_of_all and not request.is_kept_only:
                # They are being named.
                self._tell(_Unnamed(), self._missing)
            note = self._on_all_named if is_of_all else functools.partial(self._on_some_named, request.paths)
            _Naming(job, self).ended.connect(note)

    @Slot(object)
    def _on_all_named(self, left: _Unnamed) -> None:
        if left.count and left.of:
            # It was stopped, perhaps before it came to those that were on the board.
            left = _Unnamed(min(left.count, max(0, left.of - len(self._board.photos))))
        self._tell(left, self._missing)

    def _on_some_named(self, paths: tuple[Path, ...], left: _Unnamed) -> None:
        """Count photos whose naming was stopped; what was not named before is not named now."""
        before = self._unnamed
        if left.count and left.of == len(paths):
            # There was no folder among them.
            photos = self._board.photos
            unnamed = frozenset(str(path) for path in paths if photos.row_of(path) is None)
            left = _Unnamed(len(unnamed), paths=unnamed)
        number = None if left.count is None or before.count is None else left.count + before.count
        self._tell(_Unnamed(number, paths=left.paths | before.paths), self._missing)

    @Slot(object)
    def _on_board_grew(self, rows: Rows) -> None:
        """Count photos that are named now, because they came into a watched folder for example."""
        unnamed, paths = self._unnamed, self._board.photos.paths
        if not unnamed.paths or unnamed.count is None:
            return
        named = unnamed.paths.intersection(paths[row] for row in rows.tolist())
        if named:
            self._tell(_Unnamed(unnamed.count - len(named), paths=unnamed.paths - named), self._missing)

    def _change(self, change: Callable[[BoardRecord], BoardRecord]) -> None:
        folder = self._folder
        if folder is None:
            return

        def write() -> set[str]:
            added: set[str] = set()

            def noted(record: BoardRecord) -> BoardRecord:
                after = change(record)
                added.update(set(after.dropped).difference(record.dropped))
                return after

            _write(folder, noted)
            return added

        def note(added: set[str]) -> None:
            # Folders may stand for too many photos.
            if folder == self._folder:
                self._shown.update(dict.fromkeys(sorted(added)))

        self._tasks.do(write, note)


def _write(folder: Path, change: Callable[[BoardRecord], BoardRecord]) -> None:
    try:
        BoardRecordFile(folder).change(change)
    except StorageError as error:
        _log.warning("what lies on the board could not be kept: %s", error)


def _gone(missing: Iterable[str]) -> Iterator[str]:
    """Yield the photos that were deleted or moved: their folder is there, and no mount point of a disk that is away."""
    photos = filter(looks_like_photo, sorted(missing))
    for folder, paths in itertools.groupby(photos, os.path.dirname):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            if next(entries, None) is not None:
                yield from paths


def _missing_in_words(missing: Sequence[str]) -> str:
    if len(missing) == 1:
        return f"“{shown_name(Path(missing[0]))}” was on this page, and is not there now."
    return f"“{shown_name(Path(missing[0]))}” and {len(missing) - 1:,} more were on this page, and are not there now."
