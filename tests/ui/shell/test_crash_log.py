"""A window that crashed in native code says so at its next start, and names the file with its last words."""

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.fakes import FakeEngine
from tlgui import files
from tlgui.app import create_window
from tlgui.ui.shell.crash_log import CrashLog, last_crash

_CRASH = """
import ctypes
from tlgui.ui.shell.crash_log import CrashLog
CrashLog().start()
ctypes.string_at(0)
"""


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


def test_window_shows_it(qtbot: QtBot, fake_engine: FakeEngine) -> None:
    crash()
    told = last_crash()
    assert told is not None
    window = create_window(fake_engine)
    qtbot.addWidget(window)
    window.show()

    window.show_problem(told)

    assert window.messages.isVisible()
    assert window.session.close(5000)


def test_log_folder_that_cannot_be_written_to_is_no_reason_not_to_start(isolated_home: Path) -> None:
    (isolated_home / ".local/state/tlgui").write_text("a file in the way")
    log = CrashLog()

    log.start()
    log.end()

    assert last_crash() is None
