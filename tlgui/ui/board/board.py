"""The board: photos that were dropped, named by the model in use, and what the person decided about them.

Pages show it and act on it. Drops are queued; photos stream in, and stay when another page is shown.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tlgui.engine.protocol import OpenModelRequest, PredictRequest, TrainRequest
from tlgui.errors import StorageError
from tlgui.learning.results import ModelSummary, PhotosPredicted, Prediction, PredictionSummary
from tlgui.photos.storage.decisions import scope_of
from tlgui.progress import Event
from tlgui.text.numbers import count
from tlgui.ui.board.answer_changes import AnswerChanges
from tlgui.ui.board.answer_comparison import AnswerComparison
from tlgui.ui.board.columns import BoardColumns, Rows
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.board.corrections import Corrections
from tlgui.ui.board.decision_log import DecisionLog, decidable
from tlgui.ui.board.suggestions import Suggestion, Suggestions
from tlgui.ui.board.undo_steps import UndoSteps
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

_FLUSH_MS = 100
# So many photos are put on the board in 10 to 20 ms. More that arrived, as kept ones may, follow after a short pause.
_MOST_AT_ONCE = 512
_BACKLOG_MS = 20
_TRAINING = "The training is still running. Drop the photos again when it has ended, or stop it first."
_BUSY = "Something else is still under way. Drop the photos again when it has ended."
_NO_MODEL = "There is no model yet. Train one or open one, then drop the photos again."


class Board(QObject):
    """The photos and what is known about them.

    Signals:
        grew: Photos came or were named anew; the rows, an array.
        changed: The answers of photos changed; the rows, an array, or None for all.
        emptied: The board is empty, or its photos are those of another model.
        asked: Photos and folders are to be named, by the person or because they came into a watched folder; the paths.
        moved: Files were moved; the new path of each by the old one.
        cleared: The person took all photos off the board.
        taken_off: The person took photos off the board; their paths, as text. The others have other rows now.
        state_changed: A prediction began or ended, a drop is waiting, or what can be undone or added changed.
        answers_compared: Photos were named again and compared with what was said before, see `answer_changes`.
        suggestion_changed: The suggestion is another one, or there is none any more.
        ended_empty: A prediction ended without any photo.
        problem_raised: A decision could not be kept, or the file with them was damaged.

    Args:
        session: The state of the window.
        parent: The owner.

    Attributes:
        photos: The columns.
        left_out: Photos in folders that are named, as text, that do not come to the board.
        suggestions: Photos that look like those that were just decided about.
    """

    grew = Signal(object)
    changed = Signal(object)
    emptied = Signal()
    asked = Signal(object)
    moved = Signal(object)
    cleared = Signal()
    taken_off = Signal(object)
    state_changed = Signal()
    answers_compared = Signal()
    suggestion_changed = Signal()
    ended_empty = Signal()
    problem_raised = Signal(StorageError)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.photos = BoardColumns()
        self._log = DecisionLog(session, self.photos, self)
        self._log.shown.connect(self.changed)
        self._log.steps_changed.connect(self.state_changed)
        self._log.problem_raised.connect(self.problem_raised)
        self.left_out: frozenset[str] = frozenset()
        self._corrections = Corrections(session, self._log, self)
        self._corrections.changed.connect(self.state_changed)
        self.suggestions = Suggestions(session, self._log, self)
        self.suggestions.changed.connect(self.suggestion_changed)
        self._comparison = AnswerComparison(session, self._log, self)
        self._comparison.compared.connect(self.answers_compared)
        self._corrections.added.connect(self._comparison.expect_training)
        self._model: ModelSummary | None = None
        self._job: Job | None = None
        self._queue: list[PredictRequest] = []
        self._arrived: list[Prediction] = []
        # What was dropped; photos that are named again are not dropped again.
        self._roots: list[Path] = []
        self._named_again: tuple[tuple[Path, ...], list[Path]] = (), []
        self._undo_steps = UndoSteps(self._log)
        self._flush_timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._flush_timer.timeout.connect(self._flush)
        session.model_changed.connect(self._on_session_model_changed)
        session.caution_changed.connect(self._on_session_caution_changed)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)

    # What is known.

    @property
    def model(self) -> ModelSummary | None:
        """The model that named the photos; None while there are none."""
        return self._model

    @property
    def is_naming(self) -> bool:
        """Whether photos are being named."""
        return self._job is not None

    @property
    def waiting_count(self) -> int:
        """How many drops wait for the one under way."""
        return len(self._queue)

    @property
    def is_of_other_model(self) -> bool:
        """Whether another model is in use than the one that named the photos."""
        now = self._session.model
        return self._model is not None and (now is None or identity(now) != identity(self._model))

    @property
    def next_undo(self) -> str:
        """What the person did last, in words; empty where there is nothing to take back."""
        return self._undo_steps.words

    @property
    def next_undo_at(self) -> float:
        """When that was done, in seconds of the monotonic clock; only where there is something."""
        return self._undo_steps.at

    @property
    def answer_changes(self) -> AnswerChanges | None:
        """What changed when the photos were named again, until the board is emptied; None where they were not."""
        return self._comparison.changes

    def changed_rows(self) -> Rows:
        """Return the photos that have another answer since they were named again."""
        changes = self._comparison.changes
        return changes.rows if changes is not None else np.empty(0, np.intp)

    def suggestion(self) -> Suggestion | None:
        """Return the photos that look like those that were just decided about; None where there are none."""
        return self.suggestions.current

    def corrections(self) -> Rows:
        """Return the photos that a person named and the model named otherwise, or held back."""
        return self._corrections.rows()

    def corrections_to_add(self) -> Rows:
        """Return those corrections that the open collection does not have yet."""
        return self._corrections.to_add()

    def why_not_add(self) -> str:
        """Return why no correction can be added to the collection now, as a sentence; empty where some can."""
        return self._corrections.problem()

    def problem(self) -> str:
        """Return why photos are not taken now, as a sentence; empty if they are."""
        session = self._session
        if session.is_training:
            return "" if session.model is not None else _TRAINING
        if session.job is not None:
            # Photos wait for a model that is being opened.
            return "" if isinstance(session.job.request, OpenModelRequest) else _BUSY
        return "" if session.model is not None else _NO_MODEL

    # What can be done.

    def name_photos(self, paths: Sequence[Path], *, is_kept_only: bool = False) -> None:
        """Name photos, and the photos in folders, after those that are queued already; only where `problem` is empty.

        Args:
            paths: Photos and folders.
            is_kept_only: Whether only photos come whose predictions were kept.
        """
        if paths and not self.problem():
            # The model is that of the moment when the prediction starts.
            self._queue.append(PredictRequest(Path(), tuple(paths), uses_kept=True, is_kept_only=is_kept_only))
            if not is_kept_only:
                self.asked.emit(tuple(paths))
            self._start_next()
            self.state_changed.emit()

    def name_again(self) -> None:
        """Name all photos by the model in use; what changes is told by `answers_compared`."""
        paths = tuple(map(Path, self.photos.paths))
        if self._session.can_predict and not self.is_naming:
            self._named_again = paths, self._roots
            self._comparison.begin()
            self._start_with(None)
            self.name_photos(paths)

    def clear(self) -> None:
        """Take all photos off the board, and do not bring them back after a restart; files and decisions stay."""
        self.empty()
        self.cleared.emit()

    def take_off(self, rows: Rows) -> None:
        """Take photos off the board, until they are dropped again; files and decisions stay."""
        gone = tuple(self.photos.paths[row] for row in rows.tolist())
        self.photos = self.photos.without(rows)
        # They are about rows.
        self._comparison.forget()
        self.suggestions.forget()
        self._log.follow(self.photos, self._log.scope)
        # What was being read was for other rows.
        self._log.look_up(np.arange(len(self.photos), dtype=np.intp))
        self._undo_steps.take_off(tuple(map(Path, gone)))
        self.taken_off.emit(gone)
        self.state_changed.emit()

    def empty(self) -> None:
        """Take all photos off the board for now."""
        self._comparison.forget()
        self._start_with(None)

    def add_corrections(self) -> Job | None:
        """Copy `corrections_to_add` into the classes of the open collection; None where `why_not_add` says why not."""
        return self._corrections.add()

    def dismiss_suggestion(self) -> None:
        """Do not suggest the photos of `suggestion` for that class again."""
        self.suggestions.dismiss()

    def decide(self, rows: Rows, class_name: str | None, words: str) -> None:
        """Remember what a person decided about photos, by their content; it is shown at once.

        Args:
            rows: The photos; those whose content is unknown, because they could not be read, are left out and told.
            class_name: The class that they show; None takes back what was decided.
            words: For Undo, such as “name 3 photos robin”.
        """
        decided = self._log.decide(rows, class_name, words)
        self.suggestions.look_for(decided, class_name)
        if unknown := len(rows) - len(decidable(self.photos, rows)):
            hint = "What cannot be read cannot be remembered: what you decide is kept by what a photo shows."
            self.problem_raised.emit(StorageError(f"Nothing was decided about {count('photo', unknown)}.", hint))

    def decide_each(self, choices: Mapping[str, Rows], words: str) -> None:
        """Decide about photos of several classes, which one Undo takes back.

        Args:
            choices: The photos by the class that they show.
            words: As in `decide`.
        """
        began = time.monotonic()
        for class_name, rows in choices.items():
            self.decide(rows, class_name, words)
        self._undo_steps.join(began)

    def undo(self) -> Rows:
        """Take back what the person did last; return the rows that a decision was about.

        Photos that were taken off come back by kept predictions, where `problem` is empty.
        """
        self.suggestions.forget()
        if not self._undo_steps.is_taking_off:
            return self._undo_steps.undo_decision()
        if not self.problem():
            self.name_photos(self._undo_steps.put_back(), is_kept_only=True)
        return np.array([], np.intp)

    def contents(self, rows: Rows | None = None) -> BoardContents:
        """Return photos as they are now, for a job on another thread; only where there is a model.

        Args:
            rows: The photos; None for all.
        """
        if self._model is None:
            raise RuntimeError("this needs a model")
        chosen = np.arange(len(self.photos), dtype=np.intp) if rows is None else rows
        return BoardContents(self.photos.copied(), chosen, self._model, tuple(self._roots))

    def move(self, places: Mapping[str, str]) -> None:
        """Show photos at the paths that they were moved to; their answers stay.

        Args:
            places: The new path by the old one; of files that are not on the board too.
        """
        rows = self.photos.move(places)
        self.moved.emit(places)
        if len(rows):
            self.changed.emit(rows)

    # Inner workings.

    def _start_with(self, model: ModelSummary | None) -> None:
        self._model = model
        names, trust = ((), None) if model is None else (model.class_names, model.trust)
        self.photos = BoardColumns(names, trust)
        self.photos.judge(self._session.caution)
        collection = self._session.collection if self._session.active_run is not None else None
        self._log.follow(self.photos, scope_of(collection.folder if collection is not None else None, names))
        self.suggestions.forget()
        self._arrived.clear()
        self._roots = []
        self._undo_steps.forget_taken_off()
        self.emptied.emit()
        self.state_changed.emit()

    def _start_next(self) -> None:
        """Start the next queued prediction if it can start now."""
        if self._queue and self._session.can_predict:
            request = self._queue.pop(0)
            self._session.predict(request.paths, is_kept_only=request.is_kept_only)

    def _name_again_after_training(self) -> None:
        """Name the photos again where the model in use was trained because of corrections."""
        session = self._session
        if self._comparison.is_trained(session.model) and self.is_of_other_model and not session.is_busy:
            self.name_again()

    @Slot()
    def _on_session_model_changed(self) -> None:
        self._name_again_after_training()
        self.state_changed.emit()

    @Slot()
    def _on_session_caution_changed(self) -> None:
        self.photos.judge(self._session.caution)
        self.changed.emit(None)

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        model = self._session.model
        if isinstance(job.request, PredictRequest) and model is not None:
            self._job = job
            if self._model is None or identity(model) != identity(self._model):
                self._start_with(model)
            paths, roots = self._named_again
            self._roots += roots if job.request.paths is paths else job.request.paths
            job.reported.connect(self._on_job_reported)
            job.succeeded.connect(self._on_job_succeeded)
            self.state_changed.emit()
        if isinstance(job.request, PredictRequest | OpenModelRequest):
            # If a model could not be opened, photos queued for it must not be named by the previous one.
            job.failed.connect(self._on_job_failed)

    @Slot(Job)
    def _on_session_job_ended(self, job: Job) -> None:
        if job is self._job:
            # Whoever hears of the end finds every photo on the board.
            while self._arrived:
                self._flush()
            self._job = None
        if job.is_stopping and not isinstance(job.request, TrainRequest):
            self._queue.clear()
        self._start_next()
        if self._job is None:
            self._comparison.end()
        self._name_again_after_training()
        self.state_changed.emit()

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, PhotosPredicted):
            self._arrived += (each for each in event.predictions if str(each.path) not in self.left_out)
            if not self._flush_timer.isActive():
                # The first prediction is shown without delay, the following ones in batches.
                self._flush()
                self._flush_timer.start(_BACKLOG_MS if self._arrived else _FLUSH_MS)

    @Slot(object)
    def _on_job_succeeded(self, result: PredictionSummary) -> None:
        request = self._job.request if self._job is not None else None
        is_of_kept = isinstance(request, PredictRequest) and request.is_kept_only
        if result.photo_count == result.error_count == 0 and not is_of_kept:
            self.ended_empty.emit()

    @Slot(object)
    def _on_job_failed(self, _error: object) -> None:
        self._queue.clear()

    @Slot()
    def _flush(self) -> None:
        """Put predictions that arrived on the board, as many as take no noticeable time."""
        arrived, self._arrived = self._arrived[:_MOST_AT_ONCE], self._arrived[_MOST_AT_ONCE:]
        if arrived:
            rows = self.photos.put(arrived)
            self.grew.emit(rows)
            self._log.look_up(rows)
        if self._arrived:
            self._flush_timer.start(_BACKLOG_MS)


def identity(model: ModelSummary) -> tuple[str, ...]:
    """Return what identifies a model, whichever copy of its file is open."""
    return (model.created, *model.class_names)
