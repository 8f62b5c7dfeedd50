"""Fixtures for tests with widgets: sessions and pages over the fake engine; garbage collection on the GUI thread."""

import gc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tests.pictures import write_collection
from tests.ui.results.runs import Trainer
from tests.ui.session.reviewing import LookGate
from tests.ui.waiting import Open, shown
from tlgui.app import create_window
from tlgui.learning.recipes.built_in import QUICK
from tlgui.learning.recipes.recipe import Recipe
from tlgui.progress import BatchEnded
from tlgui.ui.board.board import Board
from tlgui.ui.photos.photos_page import PhotosPage
from tlgui.ui.predict.predict_page import PredictPage
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.train.train_page import TrainPage
from tlgui.ui.widgets.style import look_of


@pytest.fixture(autouse=True)
def _collect_on_this_thread() -> Iterator[None]:
    # As in the program, see tlgui/ui/shell/garbage.py: on another thread, Qt would abort the process.
    gc.disable()
    yield
    # Windows that a test leaves would make those of the next ones slower: each new look is worked out for all of them.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    # What is left are libraries that the test imported: not to be looked through again after each of the next ones.
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """Give every test the look of the program."""
    look_of(qapp)
    return qapp


@pytest.fixture
def session(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[Session]:
    session = Session(fake_engine)
    yield session
    session.close(5000)
    qtbot.waitUntil(lambda: not session.is_busy)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "Birds", ["robin", "wren", "owl"], photos=10)


@pytest.fixture
def opened(qtbot: QtBot, session: Session, birds: Path) -> Session:
    with qtbot.waitSignal(session.job_ended):
        session.scan_folder(birds)
    return session


@pytest.fixture
def trained(qtbot: QtBot, opened: Session) -> Session:
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        opened.train()
    return opened


@pytest.fixture
def train(qtbot: QtBot, opened: Session) -> Trainer:
    """Return a function that trains a recipe, and returns the run's id."""

    def train_one(recipe: Recipe) -> str:
        opened.set_recipe(recipe)
        with qtbot.waitSignal(opened.job_ended, timeout=10_000):
            opened.train()
        return opened.run_list.runs[0].id

    return train_one


@pytest.fixture
def interrupted(qtbot: QtBot, opened: Session, fake_engine: FakeEngine) -> str:
    gate = fake_engine.pause_before(BatchEnded, lambda event: event.epoch == 3)
    opened.set_recipe(replace(QUICK, epochs=5))
    opened.train()
    qtbot.waitUntil(lambda: gate.is_reached, timeout=10_000)
    fake_engine.die_next()
    with qtbot.waitSignal(opened.job_ended, timeout=10_000):
        gate.open()
    return opened.run_list.runs[0].id


@pytest.fixture
def train_page(qtbot: QtBot, opened: Session, settings: Settings) -> Iterator[TrainPage]:
    """The page, with all settings shown."""
    page = TrainPage(opened, settings)
    page.choices.fine_button.setChecked(True)
    with shown(qtbot, page, 1100, 700):
        yield page


@pytest.fixture
def photos_page(qtbot: QtBot, session: Session, settings: Settings) -> Iterator[PhotosPage]:
    page = PhotosPage(session, settings)
    with shown(qtbot, page, 1000, 800):
        yield page


@pytest.fixture
def settle(qtbot: QtBot, session: Session) -> Callable[[], None]:
    """Return a function that waits until no job and no closer look is under way."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not session.is_busy and not session.review.is_looking, timeout=20_000)

    return wait


@pytest.fixture
def open_folder(session: Session, settle: Callable[[], None]) -> Open:
    """Return a function that opens a folder and waits until its closer look has ended."""

    def open_and_wait(folder: Path) -> None:
        session.scan_folder(folder)
        settle()

    return open_and_wait


@pytest.fixture
def predict_page(qtbot: QtBot, session: Session) -> PredictPage:
    page = PredictPage(session, Board(session))
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    return page


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[LookGate]:
    gate = LookGate()
    monkeypatch.setattr("tlgui.ui.session.folder_reading.look_closer", gate.look)
    yield gate
    gate.open()


@pytest.fixture
def window(qtbot: QtBot, fake_engine: FakeEngine) -> Iterator[MainWindow]:
    window = create_window(fake_engine)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.session.close(5000)
    qtbot.waitUntil(lambda: not window.session.is_busy)
    window.hide()
    window.deleteLater()


@pytest.fixture
def finish(qtbot: QtBot) -> Callable[[Session, Job], None]:
    """Return a function that waits until a job has ended."""

    def wait(session: Session, job: Job) -> None:
        qtbot.waitUntil(lambda: session.job is not job, timeout=10_000)

    return wait
