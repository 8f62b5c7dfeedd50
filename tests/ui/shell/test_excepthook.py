"""Uncaught exceptions: shown, logged, survived."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QThread, QTimer, qWarning
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tlgui import app, files
from tlgui.engine.protocol import BugError
from tlgui.errors import StorageError, TlguiError
from tlgui.ui.shell.excepthook import ExceptionHook, start_log


class Window:
    """Collects what would be shown."""

    def __init__(self) -> None:
        self.shown: list[TlguiError] = []
        self.threads: list[bool] = []
        self.breaks = False

    def show(self, error: TlguiError) -> None:
        self.shown.append(error)
        self.threads.append(QThread.isMainThread())
        if self.breaks:
            raise RuntimeError("the window is broken too")


@pytest.fixture
def window() -> Window:
    return Window()


@pytest.fixture
def exception_hook(qapp: QApplication, window: Window) -> Iterator[ExceptionHook]:
    del qapp
    before = sys.excepthook, threading.excepthook
    hook = ExceptionHook(window.show)
    hook.install()
    yield hook
    hook.uninstall()
    assert (sys.excepthook, threading.excepthook) == before


def fail() -> None:
    raise ZeroDivisionError("by nought")


@pytest.mark.usefixtures("exception_hook")
def test_exception_in_a_slot_is_shown_and_logged(
    qtbot: QtBot, window: Window, expect_log: Callable[[str], None]
) -> None:
    expect_log("uncaught exception")
    handler = start_log()
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: bool(window.shown))
    error = window.shown[0]
    assert isinstance(error, BugError)
    assert "by nought" in error.message
    assert "in fail" in error.details
    logging.getLogger().removeHandler(handler)
    handler.close()
    assert "ZeroDivisionError: by nought" in (files.log_folder() / "tlgui.log").read_text(encoding="utf-8")


@pytest.mark.usefixtures("exception_hook")
def test_exception_on_another_thread_is_shown_on_the_windows_thread(
    qtbot: QtBot, window: Window, expect_log: Callable[[str], None]
) -> None:
    expect_log("uncaught exception")
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(window.shown))
    assert window.threads == [True]


def test_what_the_user_can_mend_keeps_its_words(
    qtbot: QtBot, window: Window, exception_hook: ExceptionHook, expect_log: Callable[[str], None]
) -> None:
    expect_log("uncaught exception")
    error = StorageError("The disk is full.", "Free some space.")
    exception_hook._on_exception(StorageError, error, None)
    qtbot.waitUntil(lambda: window.shown == [error])


def test_failure_while_showing_does_not_go_round_in_circles(
    window: Window,
    exception_hook: ExceptionHook,
    expect_log: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    expect_log("uncaught exception")
    window.breaks = True
    exception_hook._on_exception(ValueError, ValueError("first"), None)
    assert len(window.shown) == 1
    assert "the window is broken too" in capsys.readouterr().err


@pytest.mark.usefixtures("exception_hook")
def test_qt_messages_go_to_the_log(expect_log: Callable[[str], None], caplog: pytest.LogCaptureFixture) -> None:
    expect_log("qt: something odd")
    qWarning("something odd")
    assert ("qt", logging.WARNING, "something odd") in caplog.record_tuples


def test_log_folder_that_cannot_be_written_does_not_keep_the_window_from_opening(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> None:
        raise PermissionError

    monkeypatch.setattr(files, "log_folder", refuse)
    handler = start_log()
    logging.getLogger().removeHandler(handler)
    assert type(handler) is logging.StreamHandler


_LIMITED = """
import logging, resource, signal
from tlgui.ui.shell.excepthook import start_log
handler = start_log()
logging.info("written")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
for _ in range(100):
    logging.info("what finds no room any more")
handler.close()
print("worked on")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="This system has no such limit")
def test_disk_that_fills_costs_the_log_its_lines_alone() -> None:
    done = subprocess.run([sys.executable, "-c", _LIMITED], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "worked on\n", "")
    assert "written" in (files.log_folder() / "tlgui.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("environment", "system", "arguments", "lacks"),
    [
        ({}, "linux", (), True),
        ({"DISPLAY": ""}, "linux", (), True),
        ({"QT_QPA_PLATFORM": "xcb"}, "linux", (), True),
        ({"DISPLAY": ":0"}, "linux", (), False),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", (), False),
        ({"QT_QPA_PLATFORM": "offscreen"}, "linux", (), False),
        ({"QT_QPA_PLATFORM": "vnc:size=800x600"}, "linux", (), False),
        ({}, "linux", ("-platform", "offscreen"), False),
        ({}, "win32", (), False),
        ({}, "darwin", (), False),
    ],
)
def test_missing_display_is_noticed(
    environment: dict[str, str],
    system: str,
    arguments: tuple[str, ...],
    lacks: bool,  # noqa: FBT001 - a table's column
) -> None:
    assert app.lacks_display(environment, system, arguments) is lacks


def test_without_a_display_the_headless_commands_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert app.main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: There is no display")
    assert "tlgui train FOLDER --out MODEL.tlmodel" in said
