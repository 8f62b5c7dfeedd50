"""The start of the window, with the real `main` over the fake engine, and in a process of its own."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tests.fakes import FakeEngine
from tlgui import app, files
from tlgui.ui.plots.curve_view import load_curves
from tlgui.ui.shell.main_window import MainWindow


@pytest.mark.usefixtures("qapp")
def test_main_starts_the_light_engine_shows_the_window_starts_the_other_and_ends_them(
    fake_engine: FakeEngine, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]
) -> None:
    light = FakeEngine()
    monkeypatch.setattr(app, "engine_processes", lambda: (light, fake_engine))
    expect_log("propagateSizeHints")  # Said by the offscreen platform alone.
    hooks = sys.excepthook, threading.excepthook
    handlers = list(logging.getLogger().handlers)
    seen: list[tuple[bool, bool]] = []
    timer = QTimer(interval=50)

    def look() -> None:
        windows = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
        if windows and windows[0].isVisible() and not seen:
            seen.append((light.is_started, fake_engine.is_started))
        if fake_engine.is_started and load_curves():
            timer.stop()
            windows[0].close()

    timer.timeout.connect(look)
    timer.start()
    assert app.main([]) == 0
    assert seen == [(True, False)]
    assert light.is_closed
    assert fake_engine.is_closed
    assert (sys.excepthook, threading.excepthook) == hooks
    assert logging.getLogger().handlers == handlers
    assert "is open" in (files.log_folder() / "tlgui.log").read_text(encoding="utf-8")


def test_nothing_heavy_is_imported_before_the_window_is_seen() -> None:
    code = (
        "import sys; from PySide6.QtWidgets import QApplication; a = QApplication([]); "
        "import tlgui.app; from tests.fakes import FakeEngine; "
        "w = tlgui.app.create_window(FakeEngine()); w.show(); a.processEvents(); "
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'onnx', 'onnxruntime', 'ai_edge_litert', 'h5py', 'scipy'}; "
        "print(sorted(heavy & set(sys.modules)), w.isVisible()); w.session.close(1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "[] True", done.stderr
    assert done.returncode == 0


_WITHOUT_HOME = """
import os, pwd, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

def nobody(_number):
    raise KeyError

for name in ("HOME", "USERPROFILE", "KERAS_HOME", *(name for name in os.environ if name.startswith("XDG_"))):
    os.environ.pop(name, None)
pwd.getpwuid = nobody
from tests.fakes import FakeEngine
from tlgui import app
from tlgui.ui.shell.main_window import MainWindow

def act():
    (window,) = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    print(window.messages.message.text())
    window.close()

app.engine_processes = lambda: (FakeEngine(), FakeEngine())
application = QApplication([])
QTimer.singleShot(0, act)
sys.exit(app.main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="A user of this system always has a home")
def test_without_a_home_the_window_opens_and_says_what_is_not_kept(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_HOME],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "There is no home folder" in done.stdout
    assert list(tmp_path.iterdir()) == []
