"""A whole session, to be traced: the commands in one process, then the window with its engine.

Run by test_nothing_leaves: `python -m tests.e2e.traced_session FOLDER`.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from tlgui import app
from tlgui.cli.main import main
from tlgui.photos.samples import draw_sample_photos
from tlgui.ui.shell.main_window import MainWindow


def use_commands(folder: Path) -> None:
    """Check, train, evaluate, predict and export to every format."""
    photos, model = folder / "photos", folder / "model.tlmodel"
    draw_sample_photos(photos, photos_per_class=10, size=64)
    exports = {"onnx": "m.onnx", "tflite": "m.tflite", "savedmodel": "saved", "keras": "m.keras"}
    commands = [
        ["check", photos],
        ["train", photos, "--out", model, "--set", "epochs=1", "--set", "input_size=32"],
        ["evaluate", model, photos],
        ["predict", model, photos],
        *(["export", model, "--format", name, "--out", folder / target] for name, target in exports.items()),
    ]
    for command in commands:
        if main([str(word) for word in command]):
            raise SystemExit(f"{command[0]} failed")


def use_window(folder: Path) -> None:
    """Open the window, its engine and the model; name the photos, export the model, and close it."""
    application = QApplication([])

    def begin() -> None:
        (window,) = [widget for widget in application.topLevelWidgets() if isinstance(widget, MainWindow)]
        session = window.session
        steps = iter(
            (
                lambda: session.open_model(folder / "model.tlmodel"),
                lambda: session.predict((folder / "photos",)),
                lambda: session.export("onnx", folder / "window.onnx"),
                window.close,
            )
        )
        session.job_ended.connect(lambda: QTimer.singleShot(0, lambda: next(steps)()))
        next(steps)()

    QTimer.singleShot(500, begin)
    if app.main():
        raise SystemExit("the window failed")
    if not (folder / "window.onnx").is_file():
        raise SystemExit("the window did not export")


if __name__ == "__main__":
    if sys.argv[2] == "window":
        use_window(Path(sys.argv[1]))
    else:
        use_commands(Path(sys.argv[1]))
