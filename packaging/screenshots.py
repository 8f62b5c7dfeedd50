"""Makes the README's pictures from a real run: opens a folder, trains on it, and takes each page, light and dark.

Usage: `.venv/bin/python packaging/screenshots.py [--photos FOLDER] [--out FOLDER]`

Without `--photos` the sample photos are drawn and used. Without a screen the pictures are taken offscreen. Settings,
caches and models of the run go to a temporary home.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtWidgets import QApplication

from tlgui.app import create_window, engine_processes
from tlgui.engine.routing import RoutingEngine
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.widgets.style import look_of

SIZE = QSize(1180, 800)
SCHEMES = {"light": False, "dark": True}
WAIT_SECONDS = 900.0
PREDICTED = 12


def take_all(window: MainWindow, photos: Path | None, out: Path, home: Path) -> None:
    """Do a user's first ten minutes with `window`, and save each page as it then looks.

    Args:
        window: The window, shown.
        photos: The folder to open; None draws the sample photos.
        out: Where the pictures go.
        home: Where the sample photos and those to predict go.
    """
    session = window.session
    wait(lambda: not session.is_busy)
    if photos is None:
        session.draw_samples(home / "Sample photos")
    else:
        session.scan_folder(photos)
    wait(lambda: not session.is_busy and not session.review.is_looking)
    take(window, out, "photos")
    window.commands.start_training()
    wait(lambda: not session.is_busy)
    take(window, out, "train")
    window.commands.show_results()
    take(window, out, "results")
    window.commands.show_predict()
    window.pages.predict.predict_paths((unnamed_copies(window, home / "New photos"),))
    wait(lambda: not session.is_busy)
    take(window, out, "predict")


def unnamed_copies(window: MainWindow, folder: Path) -> Path:
    """Return a new folder with copies of some photos of every class, named so that their names do not tell."""
    folder.mkdir()
    collection = window.session.collection
    if collection is None:
        raise SystemExit("The folder could not be opened.")
    photos = list(collection.photos())
    for number, photo in enumerate(photos[:: max(1, len(photos) // PREDICTED)][:PREDICTED], start=1):
        shutil.copyfile(photo.path, folder / f"photo {number:02}{photo.path.suffix}")
    return folder


def take(window: MainWindow, out: Path, name: str) -> None:
    """Save the window as it looks now, in both colour schemes."""
    for scheme_name, is_dark in SCHEMES.items():
        look_of(application()).wear(is_dark=is_dark)
        settle()
        picture = out / f"{name}-{scheme_name}.png"
        if not window.grab().save(str(picture)):
            raise SystemExit(f"{picture} could not be written.")
        print(picture)


def application() -> QApplication:
    """Return the application."""
    found = QApplication.instance()
    assert isinstance(found, QApplication)
    return found


def wait(condition: Callable[[], bool]) -> None:
    """Run the event loop until `condition` holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit("The run takes too long.")
        settle(50)


def settle(milliseconds: int = 1500) -> None:
    """Let the window draw what it has, thumbnails and plots among it."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def use_home(home: Path) -> None:
    """Keep what the run leaves behind below `home`."""
    names = {"HOME": "", "XDG_CONFIG_HOME": ".config", "XDG_CACHE_HOME": ".cache", "XDG_DATA_HOME": ".local/share"}
    for name, below in names.items():
        os.environ[name] = str(home / below)
        (home / below).mkdir(parents=True, exist_ok=True)
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


def main() -> int:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description="Make the README's pictures from a real run.")
    parser.add_argument("--photos", type=Path, help="a folder with one subfolder for each class")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("screenshots"), help="where they go")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    photos = options.photos.resolve() if options.photos else None
    with tempfile.TemporaryDirectory(prefix="tlgui-screenshots-", ignore_cleanup_errors=True) as home:
        use_home(Path(home))
        QApplication([]).setQuitOnLastWindowClosed(False)
        look_of(application())
        window = create_window(RoutingEngine(*engine_processes()))
        window.resize(SIZE)
        window.show()
        try:
            take_all(window, photos, options.out, Path(home))
        finally:
            window.session.close(15_000)
            window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
