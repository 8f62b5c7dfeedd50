"""The real window with the real engine, driven as a user drives it, for as long as one benchmark takes."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QObject, QPointF, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from tlgui.app import create_window, engine_processes, favour_gui_thread
from tlgui.engine.client import EngineProcess
from tlgui.engine.routing import RoutingEngine
from tlgui.ui.board.columns import BoardPhoto
from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.main_window import MainWindow

LONG_SECONDS = 1800.0


class AnswerWatch(QObject):
    """Waits until a grid of named photos is painted with a photo in it.

    Args:
        view: The grid.
    """

    seen = Signal()

    def __init__(self, view: PhotoGrid[BoardPhoto]) -> None:
        super().__init__(view)
        self._view = view
        view.viewport().installEventFilter(self)

    @override
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and len(self._view.photos.items):
            self._view.viewport().removeEventFilter(self)
            # The paint itself is over once the event loop comes round.
            QTimer.singleShot(0, self.seen.emit)
        return False


class Driver(QObject):
    """One window and what happened in it.

    Args:
        window: The window, shown.
        engine: Its engine with TensorFlow.
    """

    def __init__(self, window: MainWindow, engine: EngineProcess) -> None:
        super().__init__()
        self.window = window
        self.engine = engine
        self.session = window.session
        self.events: list[tuple[float, object]] = []
        self.outcome: tuple[float, object] | None = None
        self.idle_at = 0.0
        self.session.job_started.connect(self._on_session_job_started)
        self.session.job_ended.connect(self._on_session_job_ended)

    def open_folder(self, folder: Path) -> None:
        """Open a folder of photos and wait until it is scanned."""
        self.session.scan_folder(folder)
        self.wait_until_idle()
        self._expect_success()

    def load_engine(self) -> None:
        """Wait until TensorFlow is loaded: a first small job tells."""
        job = self.session.preview(tuple(self.photo_paths(1)), self.session.recipe.augmentation, 64)
        ended: list[bool] = []
        job.ended.connect(lambda: ended.append(True))
        wait_until(lambda: bool(ended))

    def start_training(self) -> float:
        """Press Start on the Train page and return when that was."""
        start = time.perf_counter()
        self.window.pages.train.start()
        if not self.session.is_busy:
            raise SystemExit(f"Training cannot start: {self.window.pages.train.start_problem()}")
        return start

    def train(self) -> float:
        """Train to the end and return the seconds from Start to idle."""
        start = self.start_training()
        self.wait_until_idle()
        self._expect_success()
        return self.idle_at - start

    def photo_paths(self, count: int) -> list[Path]:
        """Return some photos of the open folder, from all its classes."""
        collection = self.session.collection
        assert collection is not None
        photos = list(collection.photos())
        return [photo.path for photo in photos[:: max(1, len(photos) // count)][:count]]

    def wait_until_idle(self) -> None:
        """Wait until no job is under way."""
        wait_until(lambda: not self.session.is_busy)

    def _expect_success(self) -> None:
        if self.outcome is None or isinstance(self.outcome[1], Exception):
            raise SystemExit(f"The job failed: {self.outcome}")

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        self.events, self.outcome = [], None
        job.reported.connect(self._on_job_reported)
        job.succeeded.connect(self._on_job_outcome)
        job.failed.connect(self._on_job_outcome)

    @Slot(object)
    def _on_job_reported(self, event: object) -> None:
        self.events.append((time.perf_counter(), event))

    @Slot(object)
    def _on_job_outcome(self, outcome: object) -> None:
        self.outcome = (time.perf_counter(), outcome)

    @Slot(Job)
    def _on_session_job_ended(self, _job: Job) -> None:
        self.idle_at = time.perf_counter()


@contextmanager
def shown_window() -> Iterator[Driver]:
    """Give a shown window with engines that begin to load, and close all at the end."""
    _application()
    favour_gui_thread()
    light, full = engine_processes()
    window = create_window(RoutingEngine(light, full))
    window.show()
    window.session.start_engine()
    driver = Driver(window, full)
    try:
        yield driver
    finally:
        driver.session.close(15_000)
        window.close()
        window.deleteLater()
    if loaded := {"tensorflow", "keras"} & sys.modules.keys():
        raise SystemExit(f"The window's process has loaded {', '.join(sorted(loaded))}.")


def wait_until(condition: Callable[[], bool], seconds: float = LONG_SECONDS) -> None:
    """Run the event loop until `condition` holds, which is looked at every 5 ms.

    Raises:
        TimeoutError: It did not hold in time.
    """
    deadline = time.monotonic() + seconds
    loop = QEventLoop()
    timer = QTimer(interval=5)
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > deadline else None)
    timer.start()
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError(f"waited {seconds:.0f} s in vain")


def drop(widget: QWidget, path: Path) -> None:
    """Drop a file on a widget, with the events that a desktop sends."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    position = widget.rect().center()
    how = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, QDragEnterEvent(position, *how))
    QApplication.sendEvent(widget, QDropEvent(QPointF(position), *how))


def use_home(folder: Path) -> None:
    """Keep settings, caches and models of this process and its children below `folder`."""
    for name, below in (
        ("HOME", ""),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_STATE_HOME", ".local/state"),
    ):
        (folder / below).mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder / below)
    # A program that is installed is not compiled anew at each start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def _application() -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    return application
