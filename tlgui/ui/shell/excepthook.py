"""The last exception hook: uncaught exceptions are logged and shown in the window, which stays open.

It guards against re-entry, so that an error while an error is shown goes to the original hook, and it passes errors of
other threads to the GUI thread by a signal.
"""

import logging
import logging.handlers
import sys
import threading
import traceback
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from typing_extensions import override

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import TlguiError

_LOG_NAME = "tlgui.log"
_LOG_BYTES = 1_000_000
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
_ThreadHook = Callable[[threading.ExceptHookArgs], object]
_QtHook = Callable[[QtMsgType, QMessageLogContext, str], object]

_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("qt")


def start_log() -> logging.Handler:
    """Return a new handler of all log messages: the log file, or standard error where that cannot be written."""
    try:
        path = files.log_folder() / _LOG_NAME
        handler: logging.Handler = _LogFile(path, maxBytes=_LOG_BYTES, backupCount=2)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(_LOG_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log file that drops lines when the disk is full, instead of printing a traceback for each."""

    @override
    def _open(self) -> TextIOWrapper:
        return files.log_stream(Path(self.baseFilename))

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class ExceptionHook(QObject):
    """Handles uncaught exceptions of all threads, and Qt's messages, while it is installed.

    Args:
        show: Shows an error in the window; called on the thread of this object.
        parent: The owner.
    """

    _caught = Signal(object)

    def __init__(self, show: Callable[[TlguiError], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._show = show
        self._handling = threading.local()
        self._before: tuple[_Hook, _ThreadHook, _QtHook | None] = sys.excepthook, threading.excepthook, None
        self._caught.connect(self._on_caught)

    def install(self) -> None:
        """Replace the hooks of Python and Qt."""
        self._before = sys.excepthook, threading.excepthook, qInstallMessageHandler(_on_qt_message)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Restore the hooks that were replaced."""
        sys.excepthook, threading.excepthook, qt_handler = self._before
        qInstallMessageHandler(qt_handler)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        # An error while an error is being shown must not be shown in turn.
        if getattr(self._handling, "is_under_way", False):
            sys.__excepthook__(kind, error, trace)
            return
        self._handling.is_under_way = True
        try:
            _log.critical("uncaught exception", exc_info=(kind, error, trace))
            details = "".join(traceback.format_exception(kind, error, trace))
            self._caught.emit(error if isinstance(error, TlguiError) else BugError(_message(error), details))
        finally:
            self._handling.is_under_way = False

    def _on_thread_exception(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._on_exception(caught.exc_type, caught.exc_value, caught.exc_traceback)

    @Slot(object)
    def _on_caught(self, error: TlguiError) -> None:
        self._show(error)


def _message(error: BaseException) -> str:
    return f"Something unexpected happened: {str(error) or type(error).__name__}"


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
