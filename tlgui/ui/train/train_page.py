"""The Train page: the recipe on the left; curves, progress and Start on the right."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QStackedLayout, QVBoxLayout, QWidget

from tlgui.engine.protocol import SaveTrainedRequest, TrainRequest
from tlgui.errors import StorageError, TlguiError, UnsavedModelError, WeightsError
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import read_progress
from tlgui.progress import EpochEnded, Event
from tlgui.text import csv_tables
from tlgui.ui.plots.curve_view import TrainingPlots
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.text.run_words import USE_THIS, proposal_text, trained_before
from tlgui.ui.train.backbone_choice import weights_problem
from tlgui.ui.train.cost_line import CostLine
from tlgui.ui.train.recipe_form import RecipeForm
from tlgui.ui.train.training_status import TrainingStatus
from tlgui.ui.train.weights_bar import WeightsBar
from tlgui.ui.widgets.empty_page import EmptyPage
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.side_by_side import side_by_side

_BUSY = "Start can be pressed when what is under way has ended."


class TrainPage(QWidget):
    """Edits the recipe, starts and stops trainings, and shows their progress.

    Args:
        session: The state of the window.
        settings: Stores the recipe for the next start.
        parent: The owner.
    """

    state_changed = Signal()
    problem_raised = Signal(TlguiError)
    photos_requested = Signal()
    results_requested = Signal()
    predict_requested = Signal()

    def __init__(self, session: Session, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._job: Job | None = None
        # The curves of another folder are not shown.
        self._folder = _folder_of(session)
        self._lay_out()
        self.form.recipe_choice.problem_raised.connect(self.problem_raised)
        self.status.start_pressed.connect(self.start)
        self.status.stop_pressed.connect(self.stop)
        self.status.results_pressed.connect(self.results_requested)
        self.status.predict_pressed.connect(self.predict_requested)
        self.notice.pressed.connect(self._on_notice_pressed)
        self.weights_bar.again_pressed.connect(self.start)
        session.collection_changed.connect(self._on_session_collection_changed)
        session.recipe_changed.connect(self._on_recipe_changed)
        for signal in (session.run_changes.changed, session.model_changed, session.in_use.proposal_changed):
            signal.connect(self._show_notice)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)
        self._refresh()
        self._show_notice()

    @property
    def has_history(self) -> bool:
        """Whether any curves are shown."""
        return bool(self.plots.history)

    @property
    def can_start(self) -> bool:
        """Whether a training can start now."""
        return not self.start_problem()

    def start_problem(self) -> str:
        """Return why no training can start, as a sentence that also says what to do; empty if one can."""
        if self._session.collection is None:
            return "Open a folder of photos first."
        if self._session.job is not None:
            return _BUSY
        return " ".join(self._session.advice()) or weights_problem(self._session.recipe)

    def save_plot(self, path: Path) -> None:
        """Write the plots to `path`, as PNG or SVG by its suffix.

        Raises:
            StorageError: The file cannot be written; an existing file is unchanged.
        """
        self.plots.save(path)

    def save_history_csv(self, path: Path) -> None:
        """Write the numbers of the plots to `path` as CSV, one row for each epoch.

        Raises:
            StorageError: The file cannot be written; an existing file is unchanged.
        """
        csv_tables.history_csv(path, self.plots.history)

    @Slot()
    def start(self) -> None:
        """Start a training if one can start."""
        if not self.can_start:
            return
        try:
            self._session.train()
        except StorageError as error:
            self.problem_raised.emit(error)

    @Slot()
    def stop(self) -> None:
        """Stop the training at its next checkpoint."""
        if self._job is not None:
            self._job.stop()
            self.status.show_stopping()

    def _lay_out(self) -> None:
        photos_button = QPushButton("&Go to Photos")
        photos_button.clicked.connect(self.photos_requested)
        self.empty = EmptyPage(
            "Train",
            "Here tlgui learns from your photos. Open a folder of photos first, with one subfolder for each class.",
            [photos_button],
        )
        self.form = RecipeForm(self._session)
        self.plots = TrainingPlots()
        self.cost = CostLine(self._session)
        self.status = TrainingStatus(self.cost)
        self.notice = NoticeBar()
        self.weights_bar = WeightsBar(self._session)
        right = QWidget()
        column = QVBoxLayout(right)
        column.addWidget(self.plots, 1)
        # It comes and goes, and takes its room from the plots alone.
        column.addWidget(self.notice)
        column.addWidget(self.weights_bar)
        column.addWidget(self.status)
        self._splitter = side_by_side(self.form, right)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._splitter)

    @Slot()
    def _refresh(self) -> None:
        """Enable what can be done now."""
        is_empty = self._session.collection is None
        self._stack.setCurrentWidget(self.empty if is_empty else self._splitter)
        self.form.setEnabled(self._job is None)
        self.status.set_startable(self.start_problem(), is_training=self._job is not None)
        self.state_changed.emit()

    @Slot()
    def _show_notice(self) -> None:
        """Show why a trained run is not in use, or that the photos have changed since the model in use was trained."""
        proposal, used = self._session.in_use.proposal, self._session.model
        self.status.set_in_use(is_in_use=proposal is None)
        if proposal is not None and used is not None:
            self._say(proposal_text(proposal.run, proposal.comparison, used, self._session.active_run), USE_THIS)
            return
        run = self._session.active_run
        changes = self._session.run_changes.of(run) if run is not None else None
        before = trained_before(changes) if changes is not None else ""
        self._say(f"The model in use was t{before[1:]}" if before else "")

    def _say(self, sentence: str, button: str = "") -> None:
        # The same notice is not announced to screen readers again.
        if sentence != self.notice.text.text():
            self.notice.say(sentence, button)

    @Slot()
    def _on_notice_pressed(self) -> None:
        proposal = self._session.in_use.proposal
        if proposal is not None:
            self._session.use_run(proposal.run)

    @Slot()
    def _on_session_collection_changed(self) -> None:
        folder = _folder_of(self._session)
        if folder != self._folder:
            self._folder = folder
            self.plots.set_history(())
            self.status.show_waiting()
        self._refresh()

    @Slot()
    def _on_recipe_changed(self) -> None:
        self._settings.set_recipe(self._session.recipe)
        self._refresh()

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        if isinstance(job.request, TrainRequest):
            self._job = job
            before = read_progress(job.request.run_folder) if job.request.resume and job.request.run_folder else ()
            self.plots.set_history(before, is_running=True)
            self.status.show_started()
            job.reported.connect(self._on_job_reported)
            job.succeeded.connect(self._on_job_succeeded)
            job.failed.connect(self._on_job_failed)
            job.cancelled.connect(self._on_job_cancelled)
        elif isinstance(job.request, SaveTrainedRequest):
            job.succeeded.connect(self._on_job_succeeded)
        self._refresh()

    @Slot(Job)
    def _on_session_job_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
        self._refresh()

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, EpochEnded):
            self.plots.add_epoch(event)
            if len(self.plots.history) == 1:
                self.state_changed.emit()
        elif self._job is not None and self._job.is_stopping:
            self.status.show_stopping()
        else:
            self.status.show_event(event)

    @Slot(object)
    def _on_job_succeeded(self, model: ModelSummary) -> None:
        self.plots.set_history(model.history)
        self.status.show_succeeded(model)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        self.plots.set_history(self.plots.history)
        if isinstance(error, WeightsError) and self._job is not None and isinstance(self._job.request, TrainRequest):
            self.weights_bar.show_failure(error, self._job.request.recipe)
        self.status.show_failed(is_unsaved=isinstance(error, UnsavedModelError))

    @Slot()
    def _on_job_cancelled(self) -> None:
        self.plots.set_history(self.plots.history)
        self.status.show_cancelled()


def _folder_of(session: Session) -> Path | None:
    return session.collection.folder if session.collection is not None else None
