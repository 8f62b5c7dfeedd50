"""The window: the list of steps at the left, the page beside it, messages and progress below the page."""

import logging

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from tlgui import gui_priority
from tlgui.engine.protocol import TrainRequest
from tlgui.errors import TlguiError
from tlgui.learning.results import ModelSummary
from tlgui.photos.names import shown_name
from tlgui.ui.board.board import Board
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.results.results_page import ResultsPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import RECENT_FOLDERS, Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.bar_focus import BarFocus
from tlgui.ui.shell.closing_question import closing_question, under_way_in_words
from tlgui.ui.shell.commands import Commands, Pages
from tlgui.ui.shell.footer import Footer
from tlgui.ui.shell.guide import Guide
from tlgui.ui.shell.job_bar import JobBar
from tlgui.ui.shell.job_outcomes import JobOutcomes
from tlgui.ui.shell.long_work import LongWork
from tlgui.ui.shell.menus.edit_menu import edit_menu
from tlgui.ui.shell.menus.file_menu import file_menu
from tlgui.ui.shell.menus.help_menu import help_menu
from tlgui.ui.shell.menus.menu_bar import MenuBar
from tlgui.ui.shell.menus.photos_menu import photos_menu
from tlgui.ui.shell.menus.predict_menu import predict_menu
from tlgui.ui.shell.menus.train_menu import train_menu
from tlgui.ui.shell.menus.view_menu import view_menu
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.model_chip import ModelChip
from tlgui.ui.shell.predict_commands import PredictCommands
from tlgui.ui.shell.saving_trained import SavingTrained
from tlgui.ui.shell.step_list import Step, StepList
from tlgui.ui.shell.step_states import step_states
from tlgui.ui.shell.unsaved_bar import UnsavedBar
from tlgui.ui.shell.window_drops import WindowDrops
from tlgui.ui.text.model_words import model_title
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.empty_page import Heading
from tlgui.ui.widgets.focus import focus_content_instead, focus_first_control
from tlgui.ui.widgets.icons import app_icon
from tlgui.ui.widgets.plain_text import set_title
from tlgui.ui.widgets.scroll_area import ScrollArea
from tlgui.ui.widgets.style import look_of
from tlgui.ui.widgets.terms import TermRequested
from tlgui.ui.widgets.tokens import GRID

_log = logging.getLogger(__name__)

# The engine is replaced after ten seconds; a job that has not ended after this time never will.
_CLOSE_TIMEOUT_MS = 15_000
# Around the title of a menu: its padding in the style, and the space to the next.
_MENU_PADDING = 3 * GRID
_FIRST_SIZE = (1200, 800)


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
        session.set_caution(settings.caution())
        self._question: QMessageBox | None = None
        self._is_closing = False
        self.messages = MessageBar()
        self.unsaved_bar = UnsavedBar()
        self.job_bar = JobBar()
        self.steps = StepList()
        self.pages = Pages(
            PhotosPage(session, settings),
            TrainPage(session, settings),
            ResultsPage(session),
            PredictPage(session, Board(session, self)),
        )
        self._stack = QStackedWidget()
        self._lay_out()
        self.predict = PredictCommands(self, session, settings, self.pages.predict, self.messages)
        self.predict.changed.connect(self._refresh)
        self.commands = Commands(self, session, settings, self.pages, self.messages, self.predict.undo)
        self.guide = Guide(self, self.steps)
        self._long_work = LongWork(session, self)
        self.saving_trained = SavingTrained(self, session, settings, self.unsaved_bar)
        self.saving_trained.problem_raised.connect(self.show_problem)
        self.menus = self._make_menus()
        self._drops = WindowDrops(self)
        self._outcomes = JobOutcomes(session, settings, self.messages, self.commands, self)
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
        if event.type() == QEvent.Type.FontChange and hasattr(self, "chip"):
            self.steps.fit(self.width())
            self._fit_chip()
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "menus"):
            self.menus.draw_icons(self.palette())
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            # The user may have changed the folder in another program.
            self.pages.photos.check_disk()

    @Slot()
    def _fit_headings(self) -> None:
        for heading in self.findChildren(Heading):
            heading.fit_font()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.steps.fit(event.size().width())
        self._fit_chip()

    @override
    def customEvent(self, event: QEvent) -> None:
        if isinstance(event, TermRequested):
            event.is_taken = True
            self.guide.show_term(event.term_id)

    @override
    def focusNextPrevChild(self, is_next: bool) -> bool:
        if focus_content_instead(self.pages.content(self._stack.currentIndex())):
            return True
        return super().focusNextPrevChild(is_next)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.session.is_busy and self.session.unsaved.is_only_in_engine:
            event.ignore()
            if self._question is None:
                self._ask_before_losing()
            return
        if not self.session.is_busy or (self._is_closing and not self._close_timer.isActive()):
            self.settings.set_geometry(self.saveGeometry())
            self.settings.save()
            event.accept()
            self.predict.watching.watch.close()
            self.closed.emit()
            return
        event.ignore()
        if not self._is_closing and self._question is None:
            self._ask_before_closing()

    def _lay_out(self) -> None:
        self.setWindowTitle("tlgui")
        self.setWindowIcon(app_icon())
        for page in (self.pages.photos, self.pages.train, self.pages.results, self.pages.predict):
            # With large text in a small window, a page scrolls instead of enlarging the window.
            self._stack.addWidget(ScrollArea(page))
        column = self._column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(Footer(self.unsaved_bar, self.messages, self.job_bar))
        central = QWidget()
        row = QHBoxLayout(central)
        row.setContentsMargins(GRID, GRID, GRID, 0)
        row.setSpacing(GRID)
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
            predict_menu(commands, self.predict, pages.predict),
            view_menu(commands, BarFocus(self)),
            help_menu(commands, self.guide),
        )
        menu_bar = MenuBar(self, menus)
        self.chip = ModelChip((menu_bar.actions["save-model"], menu_bar.actions["export-model"]))
        self.chip.pressed.connect(self.commands.show_results)
        if self.menuBar().isNativeMenuBar():
            # The menu bar of macOS has no corner in the window.
            self._column.insertWidget(0, self.chip, 0, Qt.AlignmentFlag.AlignRight)
        else:
            self.menuBar().setCornerWidget(self.chip)
        return menu_bar

    def _connect_session(self) -> None:
        session = self.session
        session.collection_changed.connect(self._on_session_collection_changed)
        for signal in (session.model_changed, session.runs_changed, session.review.changed):
            signal.connect(self._refresh)
        session.recipe_changed.connect(self._refresh)
        session.caution_changed.connect(self._keep_caution)
        session.in_use.set_aside.connect(self._on_model_set_aside)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._on_session_job_ended)
        self.steps.step_chosen.connect(self._stack.setCurrentIndex)
        # The effect of Undo depends on the page.
        self.steps.step_chosen.connect(self._refresh)
        self.steps.step_chosen.connect(self.messages.enter_page)
        self.commands.step_requested.connect(self.show_step)
        self.commands.page_entered.connect(self._on_page_entered)

    @Slot()
    def _keep_caution(self) -> None:
        self.settings.set_caution(self.session.caution)

    def _connect_pages(self) -> None:
        photos, train, results, predict = self.pages.photos, self.pages.train, self.pages.results, self.pages.predict
        commands = self.commands
        photos.choose_requested.connect(commands.choose_folder)
        photos.samples_requested.connect(commands.draw_samples)
        photos.folder_requested.connect(commands.open_folder)
        photos.model_requested.connect(commands.open_model)
        for signal in (photos.next_requested, results.train_requested, predict.train_requested):
            signal.connect(commands.show_train)
        for signal in (train.predict_requested, results.predict_requested, self.predict.watching.begun):
            signal.connect(commands.show_predict)
        for signal in (results.open_model_requested, predict.open_model_requested):
            signal.connect(commands.choose_model)
        train.photos_requested.connect(commands.show_photos)
        results.photos_requested.connect(commands.show_selection)
        photos.back_requested.connect(commands.go_back)
        train.results_requested.connect(commands.show_results)
        predict.open_photos_requested.connect(commands.choose_photos)
        predict.open_folder_requested.connect(commands.choose_photo_folder)
        results.run_actions.runs_deleted.connect(commands.show_deleted)
        for page in (photos, train, results, predict):
            page.problem_raised.connect(self.show_problem)
            page.state_changed.connect(self._refresh)

    def _connect_drops(self) -> None:
        self._drops.folder_dropped.connect(self.commands.open_folder)
        self._drops.model_dropped.connect(self.commands.open_model)
        self._drops.problem_raised.connect(self.show_problem)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ApplicationFontChange:
            application = QApplication.instance()
            assert isinstance(application, QApplication)
            look_of(application).fit_font()
            # What the headings stand in gets the new font after this.
            QTimer.singleShot(0, self, self._fit_headings)
        if event.type() not in {QEvent.Type.UpdateRequest, QEvent.Type.LayoutRequest}:
            return super().event(event)
        with gui_priority.held():
            return super().event(event)

    def _restore_geometry(self) -> None:
        geometry = self.settings.geometry()
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(QSize(*_FIRST_SIZE).boundedTo(self.screen().availableSize()))

    @Slot()
    def _refresh(self) -> None:
        """Update the actions and the steps; called on signals of the session and the pages alone."""
        self.menus.refresh()
        if self.chip.show_model(self.session.model, is_foreign=self.session.is_model_foreign):
            self._fit_chip()
        for step, state in step_states(self.session, self.pages).items():
            self.steps.set_state(step, state)

    def _fit_chip(self) -> None:
        """Leave the menus their room."""
        if not hasattr(self, "chip"):
            return
        metrics, titles = self.menuBar().fontMetrics(), [menu.title.value for menu in self.menus.menus]
        widths = (metrics.horizontalAdvance(title.replace("&", "")) + _MENU_PADDING for title in titles)
        self.chip.fit(self.width() - sum(widths))
        # The menu bar gives its corner the width that it asks for when it is resized itself.
        QApplication.sendEvent(self.menuBar(), QResizeEvent(self.menuBar().size(), self.menuBar().size()))

    @Slot(int)
    def _on_page_entered(self, _step: int) -> None:
        focus_first_control(self._stack.currentWidget())

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
            "Keep using it",
            lambda: self.session.in_use.use(model),
        )

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        self.messages.clear()
        self._outcomes.follow(job)
        if not isinstance(job.request, TrainRequest):
            self.job_bar.follow(job)
        self._refresh()

    @Slot(Job)
    def _on_session_job_ended(self, _job: Job) -> None:
        if not self.messages.isHidden() and self.session.prediction is None:
            # The outcome takes the place of the progress.
            self.job_bar.hide()
        self._refresh()
        if self.session.is_busy:
            return
        if self._question is not None:
            self._question.reject()
        if self._is_closing:
            self._close_timer.stop()
            self.close()

    def _ask_before_closing(self) -> None:
        job = self.session.job or self.session.prediction
        what, question = under_way_in_words(job.request if job is not None else None)
        stop = self._ask_closing("&Stop and close", "&Keep running", what, question)
        stop.clicked.connect(self._stop_and_close)

    def _ask_before_losing(self) -> None:
        self._is_closing = False
        question = "The disk has kept nothing of it. Close all the same, and lose it?"
        close = self._ask_closing("&Close and lose it", "&Keep open", "A trained model is not saved yet.", question)
        close.clicked.connect(self._lose_and_close)

    def _ask_closing(self, close: str, keep: str, text: str, question: str) -> QPushButton:
        """Ask whether to close the window; return the button that does."""
        self._question, close_button = closing_question(self, close, keep)
        self._question.setText(text)
        self._question.setInformativeText(question)
        self._question.finished.connect(self._on_question_finished)
        self._question.open()
        return close_button

    @Slot()
    def _lose_and_close(self) -> None:
        self.session.unsaved.forget()
        self.close()

    @Slot()
    def _on_question_finished(self) -> None:
        self._question = None

    @Slot()
    def _stop_and_close(self) -> None:
        """Stop every job; the window closes when the last one has ended, or after a timeout."""
        self._is_closing = True
        self.job_bar.show_stopping()
        self._close_timer.start()
        self.session.stop_all()
        if not self.session.is_busy:
            self.close()
