"""The start of the window, as a story: is there a display; show the window; then load the engine behind it.

This is the one file that knows everyone. What is heavy waits until the window is seen: TensorFlow is loaded in the
engine's own process, matplotlib on a thread.
"""

import logging
import os
import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from tlgui import __version__, files
from tlgui.engine.client import EngineProcess
from tlgui.engine.protocol import Engine
from tlgui.photos.pictures import helper_pool
from tlgui.ui.plots.curve_view import load_curves
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.shell.crash_log import CrashLog, last_crash
from tlgui.ui.shell.excepthook import ExceptionHook, start_log
from tlgui.ui.shell.garbage import GarbageCollector
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.widgets.icons import app_icon

_AFTER_FIRST_PAINT_MS = 100
_HEARTBEAT_MS = 300
_TURN_SECONDS = 0.0005
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
        arguments: Passed to Qt, which knows `-style` and `-platform` for example.

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
    window = create_window(EngineProcess())
    exception_hook = ExceptionHook(window.show_problem, window)
    exception_hook.install()
    try:
        window.show()
        if crash is not None:
            window.show_problem(crash)
        elif problem := files.home_problem():
            window.messages.show_info(problem)
        # Python looks at Ctrl+C in the terminal only when it is given a turn.
        heartbeat = QTimer(window, interval=_HEARTBEAT_MS)
        heartbeat.timeout.connect(_do_nothing)
        heartbeat.start()
        QTimer.singleShot(_AFTER_FIRST_PAINT_MS, window, lambda: _load_behind(window))
        code = application.exec()
        # The window is gone from the screen; now its engine goes too, and what opens photos for it.
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
        # A thread hangs, on a dead network drive for example; Python would wait for it for ever.
        os._exit(code)
    # Now, and not when Python comes across it, on whatever thread.
    window.deleteLater()
    application.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    return code


def favour_gui_thread() -> None:
    """Let the GUI thread have Python back within half a millisecond from the threads that draw and decode.

    By default each of its turns may wait 5 ms for one of theirs, and there are many turns in a single repaint.
    """
    sys.setswitchinterval(_TURN_SECONDS)


def create_window(engine: Engine) -> MainWindow:
    """Return the window with all its parts, not yet shown.

    Args:
        engine: Runs the jobs; not yet started.
    """
    return MainWindow(Session(engine), Settings())


def lacks_display(environment: Mapping[str, str], system: str, arguments: Sequence[str] = ()) -> bool:
    """Return whether Qt would abort for want of a display, as it does on a Linux server.

    Args:
        environment: The process's environment.
        system: As `sys.platform` has it.
        arguments: What is passed to Qt; a platform chosen there, or by variable, is believed.
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
    return application


def _do_nothing() -> None:
    """Give Python a turn."""


def _load_behind(window: MainWindow) -> None:
    """Load what is heavy, now that the window is seen."""
    _log.info("tlgui %s is open", __version__)
    window.session.start_engine()
    load_curves()
