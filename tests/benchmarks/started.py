"""Starts the program, or a bare Qt window, and says when its window was seen; `startup` runs this as its child.

The clock began in the parent, before this Python did: `STARTED_AT` is in seconds since 1970. With `--stay`, the window
is kept open for a while and what its process has loaded by then is said too. With `--model` and `--photo`, both are
dropped as soon as the window was seen, and the time is said at which the answer was on the screen.
"""

import argparse
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
from typing_extensions import override

_POLL_MS = 20


class Watch(QObject):
    """Waits for the first paint of a main window.

    Args:
        application: What is watched, and ended in the end.
        stay_ms: How long the window stays after it was seen.
        drops: The model and the photo that are dropped then; None for none.
    """

    def __init__(self, application: QApplication, stay_ms: int, drops: tuple[Path, Path] | None) -> None:
        super().__init__(application)
        self._application = application
        self._stay_ms = stay_ms
        self._drops = drops
        application.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow):
            self._application.removeEventFilter(self)
            self._window = watched
            # The paint itself is over once the event loop comes round.
            QTimer.singleShot(0, self, self._on_seen)
        return False

    @Slot()
    def _on_seen(self) -> None:
        _say("visible")
        if self._drops is not None:
            self._drop(*self._drops)
        else:
            QTimer.singleShot(self._stay_ms, self, self._on_stayed)

    def _drop(self, model: Path, photo: Path) -> None:
        # A bare window must not pay for what the program imports.
        from tests.benchmarks.driving import AnswerWatch, drop  # noqa: PLC0415
        from tlgui.ui.shell.main_window import MainWindow  # noqa: PLC0415

        assert isinstance(self._window, MainWindow)
        self._session = self._window.session
        page = self._window.pages.predict
        self._window.commands.show_predict()
        self._answer = AnswerWatch(page.view.grid)
        self._answer.seen.connect(self._on_answered)
        drop(self._window, model)
        drop(page, photo)

    @Slot()
    def _on_answered(self) -> None:
        _say("answered")
        self._close_when_idle()

    @Slot()
    def _close_when_idle(self) -> None:
        # The window asks before it closes during a job, which has an end after its answer.
        if self._session.is_busy:
            QTimer.singleShot(_POLL_MS, self, self._close_when_idle)
        else:
            self._on_stayed()

    @Slot()
    def _on_stayed(self) -> None:
        print("loaded", *sorted({"tensorflow", "keras"} & sys.modules.keys()), flush=True)
        self._application.closeAllWindows()


def _say(what: str) -> None:
    print(what, (time.time() - float(os.environ["STARTED_AT"])) * 1000, flush=True)


def main() -> int:
    """Show the window that was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["bare", "tlgui"])
    parser.add_argument("--stay", type=int, default=0, metavar="MS")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--photo", type=Path)
    options = parser.parse_args()
    application = QApplication([])
    Watch(application, options.stay, (options.model, options.photo) if options.photo is not None else None)
    if options.which == "tlgui":
        # A bare window must not pay for what the program imports.
        from tlgui import app  # noqa: PLC0415

        return app.main()
    window = QMainWindow()
    window.setCentralWidget(QLabel("A bare window"))
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
