"""Starts the window: check that there is a display, begin to load the light engine, show the window, load the rest.

The light engine is ready when the window is on the screen, or soon after. Slow imports wait until then: TensorFlow is
loaded in another engine's process, matplotlib on a thread.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from tlgui import __version__, files
from tlgui.engine.client import EngineProcess
from tlgui.engine.protocol import LIGHT_JOBS, Engine
from tlgui.engine.routing import RoutingEngine
from tlgui.photos.pictures import helper_pool
from tlgui.ui.plots.curve_view import load_curves
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.shell.crash_log import CrashLog, last_crash
from tlgui.ui.shell.excepthook import ExceptionHook, start_log
from tlgui.ui.shell.garbage import GarbageCollector
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.widgets.icons import app_icon
from tlgui.ui.widgets.style import look_of

_AFTER_FIRST_PAINT_MS = 100
_HEARTBEAT_MS = 300
_SWITCH_SECONDS = 0.0005
_CLOSE_TIMEOUT_MS = 5_000
_NO_DISPLAY = """\
error: There is no display to open the window on.
hint: Start tlgui on a desktop, or use the commands that need no display:
  tlgui sample-photos DIR                      draw a small collection to try things on
  tlgui train FOLDER --out MODEL.tlmodel       learn from a folder with one subfolder for each class
  tlgui evaluate MODEL.tlmodel FOLDER          say how well a model does
  tlgui predict MODEL.tlmodel PHOTO…           name photos
  tlgui export MODEL.tlmodel --format onnx --out FILE
Each explains itself with --help."""

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] = ()) -> int:
    """Open the window and stay until it is closed.

    Args:
        arguments: Passed to Qt, such as `-style` and `-platform`.

    Returns:
        The exit code: 0, or 1 where there is no display.
    """
    if lacks_display(os.environ, sys.platform, arguments):
        sys.stderr.write(_NO_DISPLAY + "\n")
        return 1
    crash = last_crash()
    crash_log = CrashLog()
    crash_log.start()
    log_handler = start_log()
    favour_gui_thread()
    application = _application(arguments)
    garbage = GarbageCollector()
    garbage.start()
    light, full = engine_processes()
    light.start()
    window = create_window(RoutingEngine(light, full))
    exception_hook = ExceptionHook(window.show_problem, window)
    exception_hook.install()
    try:
        window.show()
        if crash is not None:
            window.show_problem(crash)
        elif problem := files.home_problem():
            window.messages.show_info(problem)
        # Python handles Ctrl+C in the terminal only between two of its own instructions, and Qt's event loop runs none.
        heartbeat = QTimer(window, interval=_HEARTBEAT_MS)
        heartbeat.timeout.connect(_do_nothing)
        heartbeat.start()
        QTimer.singleShot(_AFTER_FIRST_PAINT_MS, window, lambda: _load_engine_and_plots(window))
        code = application.exec()
        # The window is off the screen before the slower part begins: the engine and the photo helpers end.
        helper_pool.close()
        is_idle = window.session.close(_CLOSE_TIMEOUT_MS)
    finally:
        exception_hook.uninstall()
        garbage.stop()
    crash_log.end()
    _log.info("tlgui ends")
    logging.getLogger().removeHandler(log_handler)
    log_handler.close()
    if not is_idle:
        # A thread hangs, on a dead network drive for example, and Python would wait for it without end.
        os._exit(code)
    # Not by the garbage collector, which may run on another thread.
    window.deleteLater()
    application.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    return code


def favour_gui_thread() -> None:
    """Shorten how long the GUI thread waits for the interpreter lock while other threads draw and decode: to 0.5 ms.

    By default it may wait 5 ms each time, and a single repaint takes the lock many times.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)


def engine_processes() -> tuple[EngineProcess, EngineProcess]:
    """Return the light engine, and the one with TensorFlow; neither is started."""
    return EngineProcess(jobs=LIGHT_JOBS, is_light=True), EngineProcess()


def create_window(engine: Engine) -> MainWindow:
    """Return the window, not yet shown.

    Args:
        engine: Runs the jobs; not yet started.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    with look_of(application).without_sheet():
        return MainWindow(Session(engine), Settings())


def lacks_display(environment: Mapping[str, str], system: str, arguments: Sequence[str] = ()) -> bool:
    """Return whether Qt would abort because there is no display, as on a Linux server.

    Args:
        environment: The process's environment.
        system: As `sys.platform` has it.
        arguments: What is passed to Qt; a platform chosen there, or by variable, is not questioned.
    """
    if not system.startswith("linux") or "-platform" in arguments:
        return False
    chosen = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if chosen and chosen not in {"xcb", "wayland"}:
        return False
    return not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _application(arguments: Sequence[str]) -> QApplication:
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([files.APP_NAME, *arguments])
    application.setApplicationName(files.APP_NAME)
    application.setApplicationDisplayName(files.APP_NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName(files.APP_NAME)
    application.setWindowIcon(app_icon())
    look_of(application)
    return application


def _do_nothing() -> None:
    """Run a few instructions of Python, between which it handles signals."""


def _load_engine_and_plots(window: MainWindow) -> None:
    _log.info("tlgui %s is open", __version__)
    window.session.start_engine()
    load_curves()
