"""The last resort: what nobody caught is logged with its traceback and shown in the window, which goes on running."""

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
    """Begin to write the log; on standard error where its folder cannot be written to. Returns what writes it."""
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
    """A log file that loses what a full disk does not take, instead of printing a traceback for each line."""

    @override
    def _open(self) -> TextIOWrapper:
        return files.log_stream(Path(self.baseFilename))

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


class LastResort(QObject):
    """Catches what nobody caught, on any thread, for as long as it is installed.

    Args:
        show: Shows an error in the window; always called on the thread this object was made on.
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
        """Take the place of the handlers of Python and Qt."""
        self._before = sys.excepthook, threading.excepthook, qInstallMessageHandler(_on_qt_message)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give the handlers that were there before their place back."""
        sys.excepthook, threading.excepthook, qt_handler = self._before
        qInstallMessageHandler(qt_handler)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QCoreApplication.quit()
            return
        # What goes wrong while showing an error must not show an error.
        if getattr(self._handling, "is_under_way", False):
            sys.__excepthook__(kind, error, trace)
            return
        self._handling.is_under_way = True
        try:
            _log.critical("nobody caught this", exc_info=(kind, error, trace))
            details = "".join(traceback.format_exception(kind, error, trace))
            self._caught.emit(error if isinstance(error, TlguiError) else BugError(_words(error), details))
        finally:
            self._handling.is_under_way = False

    def _on_thread_exception(self, caught: threading.ExceptHookArgs) -> None:
        if caught.exc_value is not None:
            self._on_exception(caught.exc_type, caught.exc_value, caught.exc_traceback)

    @Slot(object)
    def _on_caught(self, error: TlguiError) -> None:
        self._show(error)


def _words(error: BaseException) -> str:
    return f"Something unexpected happened: {str(error) or type(error).__name__}"


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
