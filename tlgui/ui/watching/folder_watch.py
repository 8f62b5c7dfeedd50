"""Watches a folder: photos that come into it are named on the board and, if so chosen, copied into class folders.

Watching is asked for, and belongs to the collection of the model in use, or to the model where it has none. It ends
when the window is closed or another collection is opened; then it is offered again, and does not begin by itself.
Looks at the folder, and batches of copies, are jobs in the background, one after the other.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

from tlgui.cancellation import run_in_daemon
from tlgui.engine.protocol import PredictRequest
from tlgui.errors import StorageError
from tlgui.learning.answers.sorting import WRITERS
from tlgui.photos.scanning.incoming import Incoming
from tlgui.photos.sorting.sorter import Sorter
from tlgui.ui.board.board import Board
from tlgui.ui.board.board_keeper import BoardKeeper
from tlgui.ui.board.columns import Rows
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.board.record_folder import record_folder
from tlgui.ui.board.serial_tasks import SerialTasks
from tlgui.ui.session.requests import WatchCopyRequest, WatchRecordRequest, WatchRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.watching.choice import WatchChoice, check_choice
from tlgui.ui.watching.copying import Copied, NamedPhoto, WatchCopying
from tlgui.ui.watching.gathering_timer import GatheringTimer
from tlgui.ui.watching.record import WatchProgress, WatchRecord, choice_to_offer, forget_watch
from tlgui.ui.watching.watched_photos import Done, WatchedPhotos
from tlgui.ui.watching.words import WatchState

_LOOK_MS = 3000
# The pause after a look is at least so many times as long as the look.
_PAUSES = 10
# Photos are gathered before they are copied, because each batch is a sort that can be undone.
_COPY_MS = 20_000
_log = logging.getLogger(__name__)


class FolderWatch(QObject):
    """Watches at most one folder.

    Signals:
        changed: What it says of itself changed.
        copied: A batch was copied, and can be undone.

    Args:
        board: Names the photos.
        session: Its model says where the record is.
        keeper: Keeps the watched folder with the board.
        parent: The owner.
        sorter: Copies photos; None for the sorts of the user.
        look_ms: How long to wait between two looks.
        copy_ms: How long photos are gathered at first before they are copied.
        clock: See `IncomingPhotos`.
    """

    changed = Signal()
    copied = Signal()

    def __init__(
        self,
        board: Board,
        session: Session,
        keeper: BoardKeeper,
        parent: QObject | None = None,
        *,
        sorter: Sorter | None = None,
        look_ms: int = _LOOK_MS,
        copy_ms: int = _COPY_MS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._board = board
        self._session = session
        self._keeper = keeper
        self._sorter = sorter if sorter is not None else Sorter(writers=WRITERS)
        self._clock = clock
        self._tasks = SerialTasks(session, WatchRecordRequest(), self)
        self._folder: Path | None = None
        self._record: WatchRecord | None = None
        self._offered: WatchChoice | None = None
        self._watched: WatchedPhotos | None = None
        self._copying: WatchCopying | None = None
        self._is_copying = False
        self._is_named_whole = False
        self._look_ms = look_ms
        self._look_began = QElapsedTimer()
        self._look_timer = QTimer(self, singleShot=True)
        self._look_timer.timeout.connect(self._look)
        self._copy_timer = GatheringTimer(copy_ms, self)
        self._copy_timer.timeout.connect(self._copy)
        board.grew.connect(self._on_board_grew)
        board.state_changed.connect(self._on_board_state_changed)
        session.model_changed.connect(self._on_session_model_changed)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)
        self._on_session_model_changed()

    # What is known.

    @property
    def state(self) -> WatchState | None:
        """How it stands with the watched folder; None where none is watched."""
        return self._watched.state(self._waits_for()) if self._watched is not None else None

    @property
    def offered(self) -> WatchChoice | None:
        """What was watched when the collection was last open, and is not watched now; None where there is nothing."""
        return self._offered if self._watched is None else None

    # What can be done.

    def start(self, choice: WatchChoice) -> None:
        """Watch a folder from now on, instead of another one.

        Args:
            choice: What the person chose.

        Raises:
            TargetError: It cannot be watched so.
            StorageError: The disk refused, or another window watches a folder for the same collection.
        """
        session, folder = self._session, self._folder
        if session.model is None or folder is None:
            return
        training = session.collection.folder if session.collection is not None else None
        check_choice(choice, training, session.model.class_names)
        record = self._record if self._record is not None else self._owned(folder)
        try:
            record.begin(choice)
        except StorageError:
            if record is not self._record:
                record.disown()
            raise
        self._end()
        self._begin(record, choice, WatchProgress())

    def watch_again(self) -> None:
        """Watch what is offered.

        Raises:
            StorageError: As in `start`.
        """
        choice, folder = self.offered, self._folder
        if choice is None or folder is None:
            return
        record = self._owned(folder)
        self._offered = None
        self.changed.emit()
        self._tasks.do(record.progress, functools.partial(self._begin_again, folder, record, choice))

    def go_on(self) -> None:
        """Name what waits because the person stopped the naming."""
        if self._watched is not None:
            self._watched.is_paused = False
            self._hand_over()

    def stop(self) -> None:
        """Watch nothing any more, and offer nothing after a restart."""
        self._end()
        record, self._record = self._record, None
        if record is None and self._folder is not None:
            record = WatchRecord(self._folder)
        self._offered = None
        if record is not None:
            self._tasks.do(functools.partial(forget_watch, record))
        self.changed.emit()

    def close(self) -> None:
        """Watch nothing any more in this window, which is being closed; it is offered after a restart."""
        self._leave()

    # Inner workings.

    def _owned(self, folder: Path) -> WatchRecord:
        record = WatchRecord(folder)
        if not record.own():
            raise StorageError(
                "Another window watches a folder for this collection already.", "Stop watching there, then try again."
            )
        return record

    def _begin_again(self, folder: Path, record: WatchRecord, choice: WatchChoice, progress: WatchProgress) -> None:
        if folder == self._folder and self._watched is None:
            self._begin(record, choice, progress)
        else:
            record.disown()

    def _begin(self, record: WatchRecord, choice: WatchChoice, progress: WatchProgress) -> None:
        self._record, self._offered = record, None
        self._watched = WatchedPhotos(choice, progress, self._clock)
        if choice.sorting is not None:
            self._copying = WatchCopying(choice.folder, choice.sorting, progress.copied, self._sorter)
        if choice.takes_present:
            # The folder stands for its photos, which are named one by one.
            self._keeper.add([choice.folder])
        self._look_timer.start(0)
        self.changed.emit()

    def _end(self) -> None:
        self._watched = self._copying = None
        self._look_timer.stop()
        self._copy_timer.stop()

    def _leave(self) -> None:
        """Watch nothing any more for now, and let another window watch."""
        if self._watched is not None and self._record is not None:
            self._offered = self._watched.choice
            # After what is still to be written.
            self._tasks.do(self._record.disown)
        self._record = None
        self._end()

    @Slot()
    def _look(self) -> None:
        watched = self._watched
        if watched is None:
            return
        look = watched.incoming.look
        self._look_began.start()
        job = self._session.begin_in_background(
            WatchRequest(),
            lambda context: run_in_daemon(look, context),
            functools.partial(self._on_looked, watched, had_begun=watched.incoming.has_begun),
        )
        job.ended.connect(functools.partial(self._look_later, watched))

    def _on_looked(self, watched: WatchedPhotos, found: object, *, had_begun: bool) -> None:
        assert isinstance(found, Incoming)
        if watched is not self._watched:
            return
        if watched.incoming.has_begun and not had_begun:
            self._note(dict(watched.incoming.known), has_begun=True)
        before = self.state
        if found.moved:
            self._board.move({str(old): str(new) for old, new in found.moved.items()})
        self._note(watched.arrive(found))
        self._hand_over()
        if self.state != before:
            self.changed.emit()

    def _look_later(self, watched: WatchedPhotos) -> None:
        if watched is self._watched:
            pause_ms = max(self._look_ms, _PAUSES * self._look_began.elapsed())
            self._look_timer.start(0 if watched.has_more else pause_ms)

    def _waits_for(self) -> str:
        """Return what photos wait for before they are named, such as “the training has ended”; empty if for nothing."""
        if self._board.is_of_other_model and len(self._board.photos):
            return "those on this page are named again by the model in use, or cleared"
        if not self._board.problem():
            return ""
        if self._session.is_training:
            return "the training has ended"
        return "a model is open" if self._session.model is None else "something else has ended"

    def _hand_over(self) -> None:
        """Have the board name what has come, if it can now."""
        watched = self._watched
        if watched is not None and watched.is_ready and not self._waits_for():
            self._board.name_photos(watched.hand_over())
            self.changed.emit()

    @Slot()
    def _on_board_state_changed(self) -> None:
        self._hand_over()
        if self._watched is not None:
            self.changed.emit()

    @Slot(object)
    def _on_board_grew(self, rows: Rows) -> None:
        watched, board = self._watched, self._board
        if watched is None or board.model is None:
            return
        paths = board.photos.paths
        expected = [row for row in rows.tolist() if watched.is_expected(paths[row])]
        if expected:
            self._note(watched.name(BoardContents(board.photos, np.array(expected, np.intp), board.model)))
            self._copy_later()
            self.changed.emit()

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        if isinstance(job.request, PredictRequest):
            self._is_named_whole = False
            job.succeeded.connect(self._on_naming_succeeded)

    @Slot()
    def _on_naming_succeeded(self) -> None:
        self._is_named_whole = True

    @Slot(Job)
    def _on_session_job_ended(self, job: Job) -> None:
        if (watched := self._watched) is None:
            return
        is_naming = self._board.is_naming or self._board.waiting_count
        if isinstance(job.request, PredictRequest) and not is_naming:
            self._note(watched.end_naming(is_whole=self._is_named_whole))
        self._hand_over()
        self.changed.emit()

    def _note(self, done: Done, copied: Iterable[bytes] = (), *, has_begun: bool = False) -> None:
        """Keep that photos are done."""
        record, watched = self._record, self._watched
        if record is None or watched is None or not (done or has_begun):
            return
        number = record.number

        def write() -> None:
            try:
                record.add(number, watched.choice.folder, done, copied, has_begun=has_begun)
            except StorageError as error:
                _log.warning("how far watching has come could not be kept: %s", error)

        self._tasks.do(write)

    def _copy_later(self) -> None:
        watched = self._watched
        if watched is not None and watched.has_to_copy and not self._is_copying:
            self._copy_timer.gather()

    @Slot()
    def _copy(self) -> None:
        watched, copying, model = self._watched, self._copying, self._session.model
        if watched is None or copying is None or model is None:
            # A model that is opened names more photos, which are copied with these.
            return
        board = self._board
        shown = BoardContents(board.photos, np.zeros(0, np.intp), board.model) if board.model is not None else None
        batch, self._is_copying = watched.batch(shown), True
        job = self._session.begin_in_background(
            WatchCopyRequest(),
            lambda context: copying.copy(batch.values(), model.class_names, context),
            functools.partial(self._on_copied, watched, batch),
        )
        job.ended.connect(self._on_copying_ended)

    def _on_copied(self, watched: WatchedPhotos, batch: Mapping[str, NamedPhoto], copied: object) -> None:
        assert isinstance(copied, Copied)
        if watched is self._watched:
            done = watched.end_copying(batch, copied)
            self._note(done, [batch[path].digest for path in done if batch[path].digest])
            self.changed.emit()

    @Slot()
    def _on_copying_ended(self) -> None:
        self._is_copying = False
        self._copy_timer.end_batch()
        self.copied.emit()
        self._copy_later()

    @Slot()
    def _on_session_model_changed(self) -> None:
        try:
            folder = record_folder(self._session)
        except OSError as error:
            _log.warning("nothing can be watched: %s", error)
            return
        # Without a model, photos wait for the next one.
        if folder is not None and folder != self._folder:
            self._leave()
            self._folder, self._offered = folder, None
            self._tasks.do(functools.partial(choice_to_offer, folder), functools.partial(self._offer, folder))
        self._hand_over()
        self.changed.emit()

    def _offer(self, folder: Path, choice: WatchChoice | None) -> None:
        if folder == self._folder and self._watched is None:
            self._offered = choice
            self.changed.emit()
