"""Makes pictures of the window from a real run: opens a folder, trains on it, and takes each page, light and dark.

Usage: `.venv/bin/python packaging/screenshots.py [--photos FOLDER] [--out FOLDER] [--all]`

Without `--photos` the sample photos are drawn and used. With `--all` every page is taken in each size of the window and
of the text, empty, with the photos, and with 40 classes, and the board with 1 and with 10,000 photos: a folder of
pictures to look through before a release; without it the few that the README shows. Without a screen the pictures are
taken offscreen. Settings, caches and models of the run go to a temporary home.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize, QTimer
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from tlgui.app import create_window, engine_processes
from tlgui.engine.routing import RoutingEngine
from tlgui.ui.shell.main_window import MainWindow
from tlgui.ui.shell.step_list import Step
from tlgui.ui.widgets.style import look_of

SIZE = QSize(1200, 800)
SMALL = QSize(900, 640)
# Names and sizes of the window, and of the text as a multiple of the desktop's.
README_SIZES = {"": SIZE}
EVERY_SIZE = {"": SIZE, "-small": SMALL}
README_SCALES = {"": 1.0}
EVERY_SCALE = {"": 1.0, "-large-text": 2.0}
MANY_CLASSES = 40
MANY_PHOTOS = 10_000
PHOTOS_A_FOLDER = 500
SCHEMES = {"light": False, "dark": True}
WAIT_SECONDS = 900.0
PREDICTED = 12


def take_all(window: MainWindow, photos: Path | None, camera: "Camera", home: Path) -> None:
    """Do a user's first ten minutes with `window`, and save each page as it then looks.

    Args:
        window: The window, shown.
        photos: The folder to open; None draws the sample photos.
        camera: Takes the pictures.
        home: Where the sample photos and those to predict go.
    """
    session = window.session
    wait(lambda: not session.is_busy)
    if camera.takes_every_size:
        for step in Step:
            window.show_step(step)
            camera.take(f"empty-{step.name.lower()}")
    if photos is None:
        session.draw_samples(home / "Sample photos")
        wait(lambda: not session.is_busy and not session.review.is_looking)
    use(window, photos, camera, home / "New photos")
    if camera.takes_every_size:
        use(window, many_classes(window, home / "Many classes"), camera, home / "More photos", prefix="many-classes-")


def use(window: MainWindow, folder: Path | None, camera: "Camera", new_photos: Path, prefix: str = "") -> None:
    """Open a folder unless it is None, train on it and name photos, and take each page."""
    session = window.session
    if folder is not None:
        session.scan_folder(folder)
    wait(lambda: not session.is_busy and not session.review.is_looking)
    window.show_step(Step.PHOTOS)
    camera.take(f"{prefix}photos")
    window.commands.start_training()
    wait(lambda: not session.is_busy)
    camera.take(f"{prefix}train")
    window.commands.show_results()
    camera.take(f"{prefix}results")
    window.commands.show_predict()
    unnamed = unnamed_copies(window, new_photos)
    name(window, unnamed)
    camera.take(f"{prefix}predict")
    if camera.takes_every_size:
        photos = sorted(unnamed.iterdir())
        for words, path in (("one-photo", photos[0]), ("many-photos", linked_often(photos, unnamed / "Many"))):
            window.pages.predict.clear()
            name(window, path)
            camera.take(f"{prefix}predict-{words}")


def name(window: MainWindow, path: Path) -> None:
    """Name a photo or a folder of photos on the Predict page."""
    window.pages.predict.predict_paths((path,))
    wait(lambda: not window.session.is_busy)


def linked_often(photos: Sequence[Path], folder: Path) -> Path:
    """Return a new folder with subfolders in which the same photos lie many times."""
    for number in range(MANY_PHOTOS):
        source = photos[number % len(photos)]
        target = folder / f"Walk {number // PHOTOS_A_FOLDER + 1:02}" / f"IMG_{number:05}{source.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.hardlink_to(source)
    return folder


def many_classes(window: MainWindow, folder: Path) -> Path:
    """Return a new folder with the photos of the open one, dealt out to many classes."""
    collection = window.session.collection
    if collection is None:
        raise SystemExit("The folder could not be opened.")
    for number, photo in enumerate(collection.photos()):
        target = folder / f"Class with a long name {number % MANY_CLASSES + 1:02}"
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(photo.path, target / f"photo {number:04}{photo.path.suffix}")
    return folder


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


class Camera:
    """Saves the window as it looks, in every size and colour scheme asked for.

    Args:
        window: The window.
        out: Where the pictures go.
        sizes: The sizes of the window, by what they add to the names of the pictures.
        suffix: What the size of the text adds to them.
    """

    def __init__(self, window: MainWindow, out: Path, sizes: Mapping[str, QSize], suffix: str) -> None:
        self._window = window
        self._out = out
        self._sizes = sizes
        self._suffix = suffix

    @property
    def takes_every_size(self) -> bool:
        """Whether more is taken than the README shows."""
        return len(self._sizes) > 1

    def take(self, name: str) -> None:
        """Save the window as it looks now."""
        for variant, size in self._sizes.items():
            self._window.resize(size)
            for scheme, is_dark in SCHEMES.items():
                look_of(application()).wear(is_dark=is_dark)
                settle()
                picture = self._out / f"{name}{variant}{self._suffix}-{scheme}.png"
                if not self._window.grab().save(str(picture)):
                    raise SystemExit(f"{picture} could not be written.")
                print(picture)
        self._window.resize(SIZE)


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
    parser.add_argument("--all", action="store_true", help="every page in every size, not only those of the README")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    photos = options.photos.resolve() if options.photos else None
    application_font: QFont | None = None
    for suffix, scale in (EVERY_SCALE if options.all else README_SCALES).items():
        with tempfile.TemporaryDirectory(prefix="tlgui-screenshots-", ignore_cleanup_errors=True) as home:
            use_home(Path(home))
            if application_font is None:
                QApplication([]).setQuitOnLastWindowClosed(False)
                application_font = application().font()
            font = QFont(application_font)
            font.setPointSizeF(font.pointSizeF() * scale)
            # Before the window is opened, as on a desktop with text of that size.
            application().setFont(font)
            look_of(application()).wear(is_dark=False)
            run(photos, options.out, EVERY_SIZE if options.all else README_SIZES, suffix, Path(home))
    return 0


def run(photos: Path | None, out: Path, sizes: Mapping[str, QSize], suffix: str, home: Path) -> None:
    """Open a window, take all pictures of it, and close it."""
    window = create_window(RoutingEngine(*engine_processes()))
    window.resize(SIZE)
    window.show()
    try:
        take_all(window, photos, Camera(window, out, sizes, suffix), home)
    finally:
        window.session.close(15_000)
        window.close()


if __name__ == "__main__":
    sys.exit(main())
