"""Loads the photo of a view in the background; of photos that are stepped over, only the last one."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.pictures.decode import read_thumbnail

_log = logging.getLogger(__name__)


class _Relay(QObject):
    """Passes a picture to the dialog's thread; may outlive the dialog."""

    done = Signal(int, QImage, str)


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


class PhotoLoader(QObject):
    """Loads photos one after another.

    Signals:
        loaded: The photo asked for last, and why it cannot be shown; the image is null then.

    Args:
        parent: The owner.
    """

    loaded = Signal(QImage, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)

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

    @Slot(int, QImage, str)
    def _on_relay_done(self, number: int, image: QImage, problem: str) -> None:
        if number == self._number:
            self.loaded.emit(image, problem)
