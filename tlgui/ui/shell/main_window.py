"""The window: the list of steps at the left, the page beside it, messages and progress below the page."""

import logging

from PySide6.QtCore import QEvent, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui import files
from tlgui.engine.protocol import BugError, ExportRequest, OpenModelRequest, SaveTrainedRequest, TrainRequest
from tlgui.errors import TlguiError, UnsavedModelError, WeightsError
from tlgui.learning.results import ExportResult, ModelSummary, PhotosUnreadable
from tlgui.photos.health.findings import RemoveFolders
from tlgui.photos.mending.mender import Mended
from tlgui.photos.names import one_line, shown_name
from tlgui.progress import Event, Notice
from tlgui.text.numbers import count
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.requests import SamplePhotosRequest, SaveModelRequest, ScanRequest, UndoRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.commands import Commands, Pages
from tlgui.ui.shell.footer import Footer
from tlgui.ui.shell.guide import Guide
from tlgui.ui.shell.job_bar import JobBar
from tlgui.ui.shell.menus.edit_menu import edit_menu
from tlgui.ui.shell.menus.file_menu import file_menu
from tlgui.ui.shell.menus.help_menu import help_menu
from tlgui.ui.shell.menus.menu_bar import MenuBar
from tlgui.ui.shell.menus.photos_menu import photos_menu
from tlgui.ui.shell.menus.predict_menu import predict_menu
from tlgui.ui.shell.menus.train_menu import train_menu
from tlgui.ui.shell.menus.view_menu import view_menu
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.outcome_texts import classes_line, export_line, listed_problems, mended_line, remove_button
from tlgui.ui.shell.saving_trained import SavingTrained
from tlgui.ui.shell.step_list import Step, StepList
from tlgui.ui.shell.step_states import step_states
from tlgui.ui.shell.unsaved_bar import UnsavedBar
from tlgui.ui.shell.window_drops import WindowDrops
from tlgui.ui.text.model_words import model_title
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.icons import app_icon
from tlgui.ui.widgets.plain_text import PlainMessageBox, set_title
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.terms import TermRequested

_log = logging.getLogger(__name__)

# The engine is replaced after ten seconds; a job that has not ended after this time never will.
_CLOSE_TIMEOUT_MS = 15_000
_FIRST_SIZE_IN_LETTERS = (150, 46)


class MainWindow(QMainWindow):
    """Assembles pages, menus and bars, and connects their signals.

    Args:
        session: The state of the window.
        settings: Values kept from one start to the next.
    """

    closed = Signal()

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        session.set_recipe(settings.recipe())
        self._is_asking = False
        self._is_closing = False
        self.messages = MessageBar()
        self.unsaved_bar = UnsavedBar()
        self.job_bar = JobBar()
        self.steps = StepList()
        self.pages = Pages(
            PhotosPage(session, settings),
            TrainPage(session, settings),
            ResultsPage(session),
            PredictPage(session),
        )
        self._stack = QStackedWidget()
        self._lay_out()
        self.commands = Commands(self, session, settings, self.pages, self.messages)
        self.guide = Guide(self, self.steps)
        self.saving_trained = SavingTrained(self, session, settings, self.unsaved_bar)
        self.saving_trained.problem_raised.connect(self.show_problem)
        self.menus = self._make_menus()
        self._drops = WindowDrops(self)
        self._connect_session()
        self._connect_pages()
        self._connect_drops()
        self.steps.choose(Step.PHOTOS)
        self._refresh()
        self._restore_geometry()

    @Slot(int)
    def show_step(self, step: int) -> None:
        """Show the page of a step."""
        self.steps.choose(Step(step))

    @Slot(object)
    def show_problem(self, error: TlguiError) -> None:
        """Show an error in the message bar."""
        self.messages.show_error(error)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "menus"):
            self.menus.draw_icons(self.palette())
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            # The user may have changed the folder in another program.
            self.pages.photos.check_disk()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._footer.fit(event.size().height())

    @override
    def customEvent(self, event: QEvent) -> None:
        if isinstance(event, TermRequested):
            event.is_taken = True
            self.guide.show_term(event.term_id)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.session.is_busy and self.session.unsaved.is_only_in_engine:
            event.ignore()
            if not self._is_asking:
                self._ask_before_losing()
            return
        if not self.session.is_busy or (self._is_closing and not self._close_timer.isActive()):
            self.settings.set_geometry(self.saveGeometry())
            self.settings.save()
            event.accept()
            self.closed.emit()
            return
        event.ignore()
        if not self._is_closing and not self._is_asking:
            self._ask_before_closing()

    def _lay_out(self) -> None:
        self.setWindowTitle("tlgui")
        self.setWindowIcon(app_icon())
        for page in (self.pages.photos, self.pages.train, self.pages.results, self.pages.predict):
            # With large text in a small window, a page scrolls instead of enlarging the window.
            self._stack.addWidget(ScrollArea(page))
        column = QVBoxLayout()
        self._footer = Footer(self.unsaved_bar, self.messages, self.job_bar)
        column.addWidget(self._stack, 1)
        column.addWidget(self._footer)
        central = QWidget()
        row = QHBoxLayout(central)
        row.addWidget(self.steps)
        row.addLayout(column, 1)
        self.setCentralWidget(central)
        self._close_timer = QTimer(self, singleShot=True, interval=_CLOSE_TIMEOUT_MS)
        self._close_timer.timeout.connect(self.close)

    def _make_menus(self) -> MenuBar:
        commands, pages = self.commands, self.pages
        menus = (
            file_menu(commands),
            edit_menu(commands),
            photos_menu(commands, pages.photos),
            train_menu(commands, pages.train, pages.results.run_actions),
            predict_menu(commands, pages.predict.save_action),
            view_menu(commands),
            help_menu(commands, self.guide),
        )
        return MenuBar(self, menus)

    def _connect_session(self) -> None:
        session = self.session
        session.collection_changed.connect(self._on_session_collection_changed)
        for signal in (session.model_changed, session.runs_changed, session.review.changed):
            signal.connect(self._refresh)
        session.recipe_changed.connect(self._refresh)
        session.in_use.set_aside.connect(self._on_model_set_aside)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)
        session.review.photos_unreadable.connect(self._on_photos_unreadable)
        self.steps.step_chosen.connect(self._stack.setCurrentIndex)
        # The effect of Undo depends on the page.
        self.steps.step_chosen.connect(self._refresh)
        self.commands.step_requested.connect(self.show_step)

    def _connect_pages(self) -> None:
        photos, train, results, predict = self.pages.photos, self.pages.train, self.pages.results, self.pages.predict
        commands = self.commands
        photos.choose_requested.connect(commands.choose_folder)
        photos.samples_requested.connect(commands.draw_samples)
        photos.folder_requested.connect(commands.open_folder)
        for signal in (photos.next_requested, results.train_requested, predict.train_requested):
            signal.connect(commands.show_train)
        for signal in (train.predict_requested, results.predict_requested):
            signal.connect(commands.show_predict)
        for signal in (results.open_model_requested, predict.open_model_requested):
            signal.connect(commands.choose_model)
        train.photos_requested.connect(commands.show_photos)
        train.results_requested.connect(commands.show_results)
        predict.open_photos_requested.connect(commands.choose_photos)
        predict.open_folder_requested.connect(commands.choose_photo_folder)
        predict.save_requested.connect(commands.save_predictions)
        results.run_actions.runs_deleted.connect(commands.show_deleted)
        for page in (photos, train, results, predict):
            page.problem_raised.connect(self.show_problem)
        for changed in (photos.state_changed, train.state_changed, results.state_changed, predict.state_changed):
            changed.connect(self._refresh)

    def _connect_drops(self) -> None:
        self._drops.folder_dropped.connect(self.commands.open_folder)
        self._drops.model_dropped.connect(self.commands.open_model)
        self._drops.problem_raised.connect(self.show_problem)

    def _restore_geometry(self) -> None:
        geometry = self.settings.geometry()
        if geometry is None or not self.restoreGeometry(geometry):
            letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
            columns, lines = _FIRST_SIZE_IN_LETTERS
            room = self.screen().availableSize()
            self.resize(min(columns * letter, room.width() * 9 // 10), min(lines * line, room.height() * 9 // 10))

    @Slot()
    def _refresh(self) -> None:
        """Update the actions and the steps; called on signals of the session and the pages alone."""
        self.menus.refresh()
        for step, state in step_states(self.session, self.pages).items():
            self.steps.set_state(step, state)

    @Slot()
    def _on_session_collection_changed(self) -> None:
        collection = self.session.collection
        if collection is not None:
            self.settings.add_recent(RECENT_FOLDERS, collection.folder)
            set_title(self, f"{shown_name(collection.folder)} — tlgui")
        self._refresh()

    @Slot(ModelSummary)
    def _on_model_set_aside(self, model: ModelSummary) -> None:
        now = self.session.model
        title = model_title(now) if now is not None else ""
        self.messages.show_offer(
            f"“{model_title(model)}” does not belong to this folder and is not in use any more.",
            f"“{title}” is in use now." if title else "This folder has no model yet: train one on the Train page.",
            "&Keep using it",
            lambda: self.session.use_model(model),
        )

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        self.messages.clear()
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.reported.connect(self._on_job_reported)
        if not isinstance(job.request, TrainRequest):
            self.job_bar.follow(job)
        self._refresh()

    @Slot(Job)
    def _on_session_job_ended(self, _job: Job) -> None:
        if not self.messages.isHidden():
            # The outcome takes the place of the progress.
            self.job_bar.hide()
        self._refresh()
        if self._is_closing:
            self._close_timer.stop()
            self.close()

    @Slot(PhotosUnreadable)
    def _on_photos_unreadable(self, event: PhotosUnreadable) -> None:
        photos = event.photos
        self.messages.show_info(
            f"{count('photo', len(photos))} could not be read. The training goes on without "
            f"{'it' if len(photos) == 1 else 'them'}.",
            listed_problems([(photo.path, photo.reason) for photo in photos]),
        )

    @Slot(object)
    def _on_job_succeeded(self, result: object) -> None:
        request = self.session.job.request if self.session.job is not None else None
        if isinstance(request, OpenModelRequest) and isinstance(result, ModelSummary):
            self.settings.add_recent(RECENT_MODELS, result.path)
            self.messages.show_success(f"“{model_title(result)}” is open.", classes_line(result))
            self.show_step(Step.PREDICT)
        elif isinstance(request, TrainRequest):
            self.settings.add_recent(RECENT_MODELS, request.model_path)
        elif isinstance(request, SaveModelRequest | SaveTrainedRequest):
            self.settings.add_recent(RECENT_MODELS, request.target)
            self.messages.show_success(
                f"The model is saved as “{shown_name(request.target)}”.",
                one_line(str(request.target.parent)),
                request.target,
            )
        elif isinstance(result, Mended):
            self._show_mended(result, is_undone=isinstance(request, UndoRequest))
        elif isinstance(result, ExportResult):
            self.messages.show_success(f"Exported to “{shown_name(result.path)}”.", export_line(result), result.path)

    def _show_mended(self, mended: Mended, *, is_undone: bool) -> None:
        hint = listed_problems([(problem.path, problem.reason) for problem in mended.problems])
        if is_undone or not mended.done:
            say = self.messages.show_info if mended.problems else self.messages.show_success
            say(mended.words, hint)
        else:
            offer = (remove_button(mended), lambda: self._remove(mended)) if mended.emptied else None
            self.messages.show_undoable(mended_line(mended), hint, self.commands.undo_mending, offer)

    def _remove(self, mended: Mended) -> None:
        self.pages.photos.mend(RemoveFolders(mended.emptied))

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, Notice):
            self.messages.show_info(event.message, event.hint)

    @Slot(object)
    def _on_job_failed(self, error: TlguiError) -> None:
        request = self.session.job.request if self.session.job is not None else None
        if isinstance(request, ScanRequest | SamplePhotosRequest) and not files.is_folder(request.folder):
            self.settings.remove_recent(RECENT_FOLDERS, request.folder)
        if isinstance(request, OpenModelRequest | ExportRequest) and not files.is_file(request.model_path):
            self.settings.remove_recent(RECENT_MODELS, request.model_path)
        if isinstance(error, BugError):
            _log.error("a job failed: %s\n%s", error.message, error.details)
        # The bar about unsaved models shows the first, the Train page the second.
        is_shown = isinstance(error, UnsavedModelError) or (
            isinstance(error, WeightsError) and isinstance(request, TrainRequest)
        )
        if not is_shown:
            self.show_problem(error)

    def _ask_before_closing(self) -> None:
        job = self.session.job
        is_training = job is not None and isinstance(job.request, TrainRequest)
        box, stop = self._closing_question("&Stop and close", "&Keep running")
        box.setText("The training is still running." if is_training else "Something is still under way.")
        box.setInformativeText(
            "Stop it and close? The best epoch so far is kept as a model." if is_training else "Stop it and close?"
        )
        stop.clicked.connect(self._stop_and_close)
        self.session.job_ended.connect(box.reject)
        box.open()

    def _ask_before_losing(self) -> None:
        self._is_closing = False
        box, close = self._closing_question("&Close and lose it", "&Keep open")
        box.setText("A trained model is not saved yet.")
        box.setInformativeText("The disk has kept nothing of it. Close all the same, and lose it?")
        close.clicked.connect(self._lose_and_close)
        box.open()

    def _closing_question(self, close: str, keep: str) -> tuple[QMessageBox, QPushButton]:
        """Return a dialog without its text, and its button that closes the window."""
        box = PlainMessageBox(self)
        box.setWindowTitle("Close tlgui")
        box.setIcon(QMessageBox.Icon.Question)
        close_button = box.addButton(close, QMessageBox.ButtonRole.AcceptRole)
        keep_button = box.addButton(keep, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep_button)
        box.setEscapeButton(keep_button)
        box.finished.connect(self._on_question_finished)
        box.finished.connect(box.deleteLater)
        self._is_asking = True
        return box, close_button

    @Slot()
    def _lose_and_close(self) -> None:
        self.session.unsaved.forget()
        self.close()

    @Slot()
    def _on_question_finished(self) -> None:
        self._is_asking = False

    @Slot()
    def _stop_and_close(self) -> None:
        """Stop the job; the window closes when it has ended, or after a timeout."""
        self._is_closing = True
        self.job_bar.show_stopping()
        self._close_timer.start()
        self.session.stop()
        if not self.session.is_busy:
            self.close()
