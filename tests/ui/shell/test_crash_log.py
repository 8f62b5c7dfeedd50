"""A window that crashed in native code says so at its next start, and names the file with its last words."""

import subprocess
import sys
from pathlib import Path

from tlgui import files
from tlgui.ui.shell.crash_log import CrashLog, last_crash

_CRASH = """
import ctypes
from tlgui.ui.shell.crash_log import CrashLog
CrashLog().start()
ctypes.string_at(0)
"""

_PROGRAM = """
import ctypes, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from tests.fakes import FakeEngine
from tlgui import app
from tlgui.ui.shell.main_window import MainWindow

def act():
    (window,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    if sys.argv[1] == "crash":
        ctypes.string_at(0)
    print(window.messages.message.text(), window.messages.hint.text())
    window.close()

app.engine_processes = lambda: (FakeEngine(), FakeEngine())
application = QApplication([])
QTimer.singleShot(0, act)
sys.exit(app.main())
"""
CHECKOUT = Path(__file__).parents[3]


def crash() -> None:
    ended = subprocess.run([sys.executable, "-c", _CRASH], capture_output=True, check=False)
    assert ended.returncode < 0


def test_crash_is_told_once_with_the_file_that_holds_its_last_words() -> None:
    crash()

    told = last_crash()

    assert told is not None
    assert "ended unexpectedly" in told.message
    path = files.log_folder() / "last-crash.log"
    assert str(path) in told.hint
    assert "string_at" in path.read_text()
    assert last_crash() is None


def test_normal_end_leaves_nothing() -> None:
    log = CrashLog()
    log.start()
    log.end()

    assert last_crash() is None
    assert list(files.log_folder().iterdir()) == []


def test_kill_from_outside_is_no_crash() -> None:
    (files.log_folder() / "crash-999999999.log").touch()

    assert last_crash() is None
    assert list(files.log_folder().iterdir()) == []


def test_another_window_that_is_open_is_left_alone() -> None:
    log = CrashLog()
    log.start()
    try:
        assert last_crash() is None
        assert len(list(files.log_folder().iterdir())) == 1
    finally:
        log.end()


def start_program(what_is_done: str) -> "subprocess.CompletedProcess[str]":
    """Start the real program in a process of its own, and do something in its window."""
    return subprocess.run(
        [sys.executable, "-c", _PROGRAM, what_is_done], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


def test_next_start_of_the_program_tells_of_a_crash_and_the_one_after_it_does_not() -> None:
    assert start_program("crash").returncode < 0

    next_start, after_it = start_program("look"), start_program("look")

    assert next_start.returncode == after_it.returncode == 0, next_start.stderr
    assert "ended unexpectedly the last time" in next_start.stdout
    path = files.log_folder() / "last-crash.log"
    assert str(path) in next_start.stdout
    assert "string_at" in path.read_text()
    assert "ended unexpectedly" not in after_it.stdout


def test_log_folder_that_cannot_be_written_to_is_no_reason_not_to_start(isolated_home: Path) -> None:
    (isolated_home / ".local/state/tlgui").write_text("a file in the way")
    log = CrashLog()

    log.start()
    log.end()

    assert last_crash() is None
