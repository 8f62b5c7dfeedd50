"""The Train page: the choice of a recipe or the training itself, above a foot with Start."""

import itertools
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.engine.protocol import SaveTrainedRequest, TrainRequest
from tlgui.errors import CollectionError, StorageError, TlguiError, UnsavedModelError, WeightsError
from tlgui.learning.results import ModelSummary
from tlgui.learning.runs.progress import read_progress
from tlgui.progress import EpochEnded, Event
from tlgui.text import csv_tables
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.text.run_words import USE_THIS, proposal_text, trained_before
from tlgui.ui.train.backbone_choice import weights_problem
from tlgui.ui.train.choose_view import ChooseView
from tlgui.ui.train.cost_line import CostLine
from tlgui.ui.train.recipe_form import RecipeForm
from tlgui.ui.train.training_status import TrainingStatus
from tlgui.ui.train.training_view import TrainingView
from tlgui.ui.train.weights_bar import WeightsBar
from tlgui.ui.widgets.empty_page import EmptyPage
from tlgui.ui.widgets.notice_bar import NoticeBar
from tlgui.ui.widgets.tokens import MARGIN

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
        self.choices.problem_raised.connect(self.problem_raised)
        self.status.start_pressed.connect(self.start)
        self.status.stop_pressed.connect(self.stop)
        self.training.results_pressed.connect(self.results_requested)
        self.training.predict_pressed.connect(self.predict_requested)
        self.training.choose_pressed.connect(self.show_choices)
        self.choices.last_pressed.connect(self.show_training)
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

    @override
    def heightForWidth(self, width: int) -> int:
        # Its parts scroll by themselves, so that Start at its foot stays in sight; the page as a whole does not.
        return self.minimumSizeHint().height()

    @property
    def form(self) -> RecipeForm:
        """Every setting of the recipe."""
        return self.choices.form

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
        self.cost = CostLine(self._session)
        self.choices = ChooseView(self._session, self.cost)
        self.training = TrainingView()
        self.plots = self.training.plots
        self.status = TrainingStatus(self.cost)
        self.notice = NoticeBar()
        self.weights_bar = WeightsBar(self._session)
        self._views = QStackedWidget()
        self._views.addWidget(self.choices)
        self._views.addWidget(self.training)
        self._content = _Content()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addWidget(self._views, 1)
        # The bars come and go, and take their room from the view above alone.
        for widget in (self.notice, self.weights_bar, self.status):
            column.addWidget(widget)
        # Start is few Tabs away, however many settings are shown.
        stops = (*self.choices.tab_stops, self.cost.table_button, self.status.start_button)
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content)

    @Slot()
    def show_choices(self) -> None:
        """Show the recipes."""
        self.choices.show_last(is_offered=not self.training.is_empty)
        self._views.setCurrentWidget(self.choices)

    @Slot()
    def show_training(self) -> None:
        """Show the training under way, or the last one."""
        self._views.setCurrentWidget(self.training)

    @Slot()
    def _refresh(self) -> None:
        """Enable what can be done now."""
        is_empty = self._session.collection is None
        self._stack.setCurrentWidget(self.empty if is_empty else self._content)
        self.choices.setEnabled(self._job is None)
        self.status.set_startable(self.start_problem(), is_training=self._job is not None)
        self.state_changed.emit()

    @Slot()
    def _show_notice(self) -> None:
        """Show why a trained run is not in use, or that the photos have changed since the model in use was trained."""
        proposal, used = self._session.in_use.proposal, self._session.model
        self.training.set_in_use(is_in_use=proposal is None)
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
            self.training.show_nothing()
            self.show_choices()
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
            self.training.show_started(before, self._validation_count(job.request))
            self.status.show_started()
            self.show_training()
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
            self.training.add_epoch(event)
            if len(self.plots.history) == 1:
                self.state_changed.emit()
        elif self._job is not None and self._job.is_stopping:
            self.status.show_stopping()
        else:
            self.status.show_event(event)

    @Slot(object)
    def _on_job_succeeded(self, model: ModelSummary) -> None:
        self.training.show_succeeded(model)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        if isinstance(error, WeightsError) and self._job is not None and isinstance(self._job.request, TrainRequest):
            self.weights_bar.show_failure(error, self._job.request.recipe)
        self.training.show_failed(is_unsaved=isinstance(error, UnsavedModelError))

    @Slot()
    def _on_job_cancelled(self) -> None:
        self.training.show_cancelled()

    def _validation_count(self, request: TrainRequest) -> int:
        """Return how many photos each epoch is judged by; 0 while many photos are being divided."""
        try:
            split = self._session.known_split.get(request.collection, request.recipe)
        except CollectionError:
            return 0
        return len(split.validation) if split is not None else 0


class _Content(QWidget):
    """The page itself; it takes the height that there is, so that its views scroll and its foot stays in sight."""

    @override
    def hasHeightForWidth(self) -> bool:
        return False


def _folder_of(session: Session) -> Path | None:
    return session.collection.folder if session.collection is not None else None
