"""The Predict page: takes photos by drop, paste and dialog, and shows the predictions of the open model."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.engine.protocol import OpenModelRequest, PredictRequest, TrainRequest
from tlgui.errors import TlguiError
from tlgui.learning.results import ModelSummary, PhotosPredicted, Prediction, PredictionSummary
from tlgui.learning.trust import Verdict
from tlgui.progress import Event
from tlgui.text.numbers import count
from tlgui.ui.board.board import Board
from tlgui.ui.board.columns import Rows
from tlgui.ui.predict.pasted_image import image_of, write_image
from tlgui.ui.predict.prediction_list import PredictionList
from tlgui.ui.predict.prediction_view import PredictionOpener
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.text.model_words import classes_in_words, model_in_words
from tlgui.ui.widgets.action import Action
from tlgui.ui.widgets.action_button import ActionButton
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths, is_model_file
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.empty_page import EmptyPage, page_heading
from tlgui.ui.widgets.flow_layout import FlowLayout, growing
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.plain_text import PlainLabel, set_tip
from tlgui.ui.widgets.tokens import GRID, Accent, colour

_FLUSH_MS = 100
_TRAINING = "The training is still running. Drop the photos again when it has ended, or stop it first."
_BUSY = "Something else is still under way. Drop the photos again when it has ended."
_NO_MODEL = "There is no model yet. Train one or open one, then drop the photos again."
_NO_FILES = "What was dropped is neither a photo nor a folder on this computer. Save it as a file, then drop the file."
_NO_IMAGE = "There is no image on the clipboard. Copy a picture or photo files first, then paste again."
_NO_PHOTOS = "No photos were found in what was dropped."
_OTHER_MODEL = "The photos in the list were named by the model that was open before."


class PredictPage(QWidget):
    """Predicts the classes of photos with the model of the session.

    Photos that are dropped during a prediction are queued. During a training they are predicted too, by the model in
    use; during another job they are refused with a notice.

    Args:
        session: The state of the window.
        parent: The owner.
    """

    state_changed = Signal()
    problem_raised = Signal(TlguiError)
    train_requested = Signal()
    open_model_requested = Signal()
    open_photos_requested = Signal()
    open_folder_requested = Signal()
    save_requested = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._queue: list[tuple[Path, ...]] = []
        self._arrived: list[Prediction] = []
        self._is_first = False
        self._error_count = 0
        self._job_model: ModelSummary | None = None
        # The identity of the model that made the predictions in the list.
        self._rows_model: tuple[str, ...] = ()
        self._is_dragged_over = False
        self._flush_timer = QTimer(self, singleShot=True, interval=_FLUSH_MS)
        self._flush_timer.timeout.connect(self._flush)
        self._make_widgets()
        self._lay_out()
        DropTarget(self, [DropRule(_is_taken, self._on_dropped)]).hovered.connect(self._on_hovered)
        session.model_changed.connect(self._on_session_model_changed)
        # The run of the model may have been renamed, or belong to another folder.
        session.runs_changed.connect(self._refresh)
        session.collection_changed.connect(self._refresh)
        session.caution_changed.connect(self._on_session_caution_changed)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)
        self._on_session_caution_changed()
        self._refresh()

    @property
    def predictions(self) -> Sequence[Prediction]:
        """The predictions in the list, in order."""
        return self.list.rows.predictions

    @property
    def has_predictions(self) -> bool:
        """Whether the list holds predictions."""
        return bool(self.predictions)

    def predict_paths(self, paths: Sequence[Path]) -> None:
        """Predict photos, and the photos in folders, after those that are queued already.

        Where that cannot be done, a notice on the page says why.

        Args:
            paths: Photos and folders.
        """
        self.notice.say("")
        if problem := self._problem():
            self.notice.say(problem)
        elif paths:
            self._queue.append(tuple(paths))
            self._start_next()
            self._refresh()

    def paste_image(self) -> None:
        """Predict the image, or the photo files, on the clipboard."""
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None or not self._predict_from(data):
            self.notice.say(_NO_IMAGE)

    def shown_rows(self, board: Board) -> Rows:
        """Return the rows of the board that are in the list."""
        return self._rows_of(board, range(len(self.predictions)))

    def selected_rows(self, board: Board) -> Rows:
        """Return the rows of the board that are selected in the list."""
        return self._rows_of(board, sorted({index.row() for index in self.list.selectionModel().selectedRows()}))

    def _rows_of(self, board: Board, places: Iterable[int]) -> Rows:
        found = (board.photos.row_of(self.predictions[place].path) for place in places)
        return np.array(sorted({row for row in found if row is not None}), np.intp)

    @Slot()
    def clear(self) -> None:
        """Empty the list; the files stay."""
        self.list.clear()
        self._error_count = 0
        self.notice.say("")
        self._refresh()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_dragged_over:
            width = max(3, self.fontMetrics().averageCharWidth() // 2)
            painter = QPainter(self)
            painter.setPen(QPen(colour(Accent.INFO, self.palette()), width))
            painter.drawRect(self.rect().adjusted(width // 2, width // 2, -width, -width))
            painter.end()

    def _make_widgets(self) -> None:
        self.heading = page_heading("Name photos")
        self.model_line = ElidedLabel()
        self.classes_line = ElidedLabel()
        self.notice = NoticeBar()
        self.notice.pressed.connect(self._name_again)
        self.list = PredictionList()
        self.opener = PredictionOpener(self.list, self._session.explanations, self)
        self.summary = PlainLabel()
        self.open_button = _button("&Open photos…", self.open_photos_requested, "Choose photos to name")
        self.save_action = Action(
            self,
            name="save-predictions",
            text="&Save predictions…",
            button_text="&Save as a table…",
            tip="Write what is said of the photos as a table, for a spreadsheet or another program",
            handler=self.save_requested.emit,
            enabled=lambda: self.has_predictions,
            shortcut="Ctrl+Shift+S",
            icon="table",
        )
        self.save_button = ActionButton(self.save_action)
        self.look_button = _button("&Look closer", self.opener.open, "Show the photo large, and where the model looked")
        self.clear_button = _button("&Clear", self.clear, "Empty the list; no file is touched")
        self.no_model = EmptyPage(
            "Name photos with a model",
            "There is no model yet. Train one with your own photos, or open a model that was saved before. "
            "Then drop photos anywhere on this page.",
            [_button("&Go to Train", self.train_requested), _button("Open &model…", self.open_model_requested)],
        )
        self.drop_here = EmptyPage(
            "Drop photos here",
            "Drop photos or whole folders anywhere on this page, or paste a picture. "
            "They are only looked at, and never leave this computer.",
            [
                _button("&Open photos…", self.open_photos_requested),
                _button("Open a &folder…", self.open_folder_requested),
            ],
        )

    def _lay_out(self) -> None:
        listed = QWidget()
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list, 1)
        foot = QWidget()
        row = FlowLayout(foot)
        row.setSpacing(GRID)
        for widget in (growing(self.summary), self.look_button, self.open_button, self.save_button, self.clear_button):
            row.addWidget(widget)
        column.addWidget(foot)
        self._listed = listed
        self.stack = QStackedWidget()
        for widget in (self.no_model, self.drop_here, listed):
            self.stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.addWidget(self.heading)
        layout.addWidget(self.model_line)
        layout.addWidget(self.classes_line)
        layout.addWidget(self.notice)
        layout.addWidget(self.stack, 1)

    def _predict_from(self, data: QMimeData) -> bool:
        """Predict the photos or the image in `data`; return whether it holds any."""
        paths = dropped_paths(data)
        if paths:
            self.predict_paths(paths)
            return True
        image = image_of(data)
        if image is None:
            return False
        job = write_image(image, self)
        job.succeeded.connect(self._on_image_written)
        job.failed.connect(self.problem_raised)
        job.ended.connect(job.deleteLater)
        job.start()
        return True

    def _problem(self) -> str:
        """Return why photos are not taken now, as a sentence; empty if they are."""
        session = self._session
        if session.is_training:
            return "" if session.model is not None else _TRAINING
        if session.job is not None:
            # Photos wait for a model that is being opened.
            return "" if isinstance(session.job.request, OpenModelRequest) else _BUSY
        return "" if session.model is not None else _NO_MODEL

    def _start_next(self) -> None:
        """Start the next queued prediction if it can start now."""
        if self._queue and self._session.can_predict:
            self._session.predict(self._queue.pop(0))

    def _on_dropped(self, data: QMimeData, _position: QPoint) -> None:
        if not self._predict_from(data):
            self.notice.say(_NO_FILES)

    @Slot(object)
    def _on_hovered(self, position: QPoint | None) -> None:
        if self._is_dragged_over is not (position is not None):
            self._is_dragged_over = position is not None
            self.update()

    def _refresh(self) -> None:
        """Show the part of the page that fits its state, and enable what can be done."""
        model = self._session.model
        self.heading.setVisible(model is not None or self.has_predictions)
        for line in (self.model_line, self.classes_line):
            line.setVisible(model is not None)
        if model is not None:
            self.model_line.set_text(model_in_words(model, is_foreign=self._session.is_model_foreign))
            self.classes_line.set_text(classes_in_words(model))
        if self.has_predictions or self._job is not None:
            self.stack.setCurrentWidget(self._listed)
        else:
            self.stack.setCurrentWidget(self.drop_here if model is not None else self.no_model)
        self.save_action.refresh()
        self.clear_button.setEnabled(self.has_predictions and self._job is None)
        self.look_button.setEnabled(self.has_predictions)
        self._show_counts()
        self.state_changed.emit()

    def _show_counts(self) -> None:
        count_of = self.list.rows.verdict_count
        parts = [f"{count('photo', count_of(Verdict.NAMED) - self._error_count)} named"]
        if count_of(Verdict.NOT_SURE):
            parts.append(f"{count_of(Verdict.NOT_SURE):,} not sure")
        if count_of(Verdict.UNLIKE):
            parts.append(f"{count_of(Verdict.UNLIKE):,} unlike anything it learned")
        if self._error_count:
            parts.append(f"{count('file', self._error_count)} could not be read")
        if self._queue:
            parts.append(f"{count('more drop', len(self._queue))} waiting")
        self.summary.setText(", ".join(parts))

    @Slot(object)
    def _on_image_written(self, path: Path) -> None:
        self.predict_paths([path])

    @Slot()
    def _on_session_model_changed(self) -> None:
        model = self._session.model
        if self.has_predictions and (model is None or _identity(model) != self._rows_model):
            self.notice.say(_OTHER_MODEL, "Name them &again" if model is not None else "")
        elif self.notice.text.text() == _OTHER_MODEL:
            # The model that named them is in use again.
            self.notice.say("")
        self._refresh()

    @Slot()
    def _on_session_caution_changed(self) -> None:
        self.list.rows.set_caution(self._session.caution)
        self._show_counts()

    @Slot()
    def _name_again(self) -> None:
        """Predict the photos in the list again, with the open model."""
        paths = [prediction.path for prediction in self.predictions]
        if self._session.can_predict:
            self.clear()
        self.predict_paths(paths)

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        if isinstance(job.request, PredictRequest) and self._session.model is not None:
            self._job = job
            self._is_first = True
            self._job_model = self._session.model
            self._rows_model = _identity(self._session.model)
            job.reported.connect(self._on_job_reported)
            job.succeeded.connect(self._on_job_succeeded)
            self._refresh()
        if isinstance(job.request, PredictRequest | OpenModelRequest):
            # If a model could not be opened, photos queued for it must not be predicted by the previous one.
            job.failed.connect(self._on_job_failed)

    @Slot(Job)
    def _on_session_job_ended(self, job: Job) -> None:
        if job is self._job:
            self._flush()
            self._job = None
        if job.is_stopping and not isinstance(job.request, TrainRequest):
            self._queue.clear()
        self._start_next()
        self._refresh()

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, PhotosPredicted):
            self._arrived += event.predictions
            if not self._flush_timer.isActive():
                # The first prediction is shown without delay, the following ones in batches.
                self._flush()
                self._flush_timer.start()

    @Slot(object)
    def _on_job_succeeded(self, result: PredictionSummary) -> None:
        if result.photo_count == result.error_count == 0:
            self.notice.say(_NO_PHOTOS)

    @Slot(object)
    def _on_job_failed(self, _error: object) -> None:
        self._queue.clear()

    @Slot()
    def _flush(self) -> None:
        """Add the predictions that arrived to the list."""
        arrived, self._arrived = self._arrived, []
        if not arrived:
            return
        had_none = not self.has_predictions
        self._error_count += sum(1 for prediction in arrived if prediction.error)
        self.list.append(arrived, self._job_model, is_first=self._is_first)
        self._is_first = False
        self._show_counts()
        if had_none:
            self._refresh()


def _is_taken(data: QMimeData) -> bool:
    return (data.hasUrls() or data.hasImage()) and not is_model_file(data)


def _identity(model: ModelSummary) -> tuple[str, ...]:
    """Return what identifies a model, whichever copy of its file is open."""
    return (model.created, *model.class_names)


def _button(text: str, pressed: object, help_text: str = "") -> QPushButton:
    button = QPushButton(text)
    set_tip(button, help_text)
    button.clicked.connect(pressed)
    return button
