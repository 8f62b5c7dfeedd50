"""Loads the photo of a view in the background; of photos that are stepped over, only the last one."""

import contextlib
import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Signal, Slot
from PySide6.QtGui import QImage
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.ui.session.owned_pool import owned_pool

_log = logging.getLogger(__name__)


class _Relay(QObject):
    """Passes a picture to the dialog's thread; may outlive the dialog."""

    done = Signal(int, QImage, str)
    # An object, because Qt's numbers end at 2 GB.
    measured = Signal(int, object)


class _Task(QRunnable):
    def __init__(self, number: int, path: Path, side: int, relay: _Relay) -> None:
        super().__init__()
        self._number = number
        self._path = path
        self._side = side
        self._relay = relay

    @override
    def run(self) -> None:
        image, problem = QImage(), ""
        try:
            pixels = read_thumbnail(self._path, self._side)
        except TlguiError as error:
            _log.info("not shown: %s", error)
            problem = error.message
        else:
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        finally:
            self._relay.done.emit(self._number, image, problem)
        with contextlib.suppress(OSError):
            self._relay.measured.emit(self._number, self._path.stat().st_size)


class PhotoLoader(QObject):
    """Loads photos one after another.

    Signals:
        loaded: The photo asked for last, and why it cannot be shown; the image is null then.
        measured: The size of its file, in bytes.

    Args:
        parent: The owner.
    """

    loaded = Signal(QImage, str)
    measured = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._relay.measured.connect(self._on_relay_measured)
        self._pool = owned_pool(self, 1)

    def load(self, path: Path, side: int) -> None:
        """Load a photo in place of the one asked for before.

        Args:
            path: The file.
            side: The most pixels of its longer side.
        """
        self._number += 1
        # While an arrow key is held down, only the last photo is read.
        self._pool.clear()
        self._pool.start(_Task(self._number, path, side, self._relay))

    def stop(self) -> None:
        """Load nothing more; the photo asked for last is not delivered."""
        self._number += 1
        self._pool.clear()

    @Slot(int, QImage, str)
    def _on_relay_done(self, number: int, image: QImage, problem: str) -> None:
        if number == self._number:
            self.loaded.emit(image, problem)

    @Slot(int, object)
    def _on_relay_measured(self, number: int, size_bytes: int) -> None:
        if number == self._number:
            self.measured.emit(size_bytes)
