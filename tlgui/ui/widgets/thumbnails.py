"""Small pictures of photos, decoded off the GUI thread and only for what is on the screen."""

import logging
from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QRunnable, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.decode import read_thumbnail

_CACHED = 800
_WAITING = 200
_THREADS = 2

_log = logging.getLogger(__name__)


def centred(image: QImage, place: QRect) -> QRect:
    """Return where in `place` to draw `image`: as large as fits, its proportions kept."""
    size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    rect = QRect(0, 0, size.width(), size.height())
    rect.moveCenter(place.center())
    return rect


class _Relay(QObject):
    """Carries a finished thumbnail to the loader's thread; outlives a loader that was closed meanwhile."""

    done = Signal(object, QImage)


class _Task(QRunnable):
    def __init__(self, path: Path, size: int, relay: _Relay) -> None:
        super().__init__()
        self._path = path
        self._size = size
        self._relay = relay

    @override
    def run(self) -> None:
        image = QImage()
        try:
            pixels = read_thumbnail(self._path, self._size)
        except TlguiError as error:
            # What cannot be read is said in the scan's report; here its place stays empty.
            _log.info("no thumbnail: %s", error)
        else:
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        finally:
            self._relay.done.emit(self._path, image)


class ThumbnailLoader(QObject):
    """Gives thumbnails for painting: at once when it has them, by signal when they had to be decoded.

    Ask from `paint`, so that only visible photos are decoded. Those of the latest painting come first, in its order:
    what was scrolled away waits.

    Args:
        size: Longer side, in device pixels.
        parent: The owner.
    """

    loaded = Signal(object)

    def __init__(self, size: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._cache: OrderedDict[Path, QImage] = OrderedDict()
        self._waiting: OrderedDict[Path, int] = OrderedDict()
        self._running: set[Path] = set()
        self._painting = 0
        self._painting_ended = QTimer(self, singleShot=True, interval=0)
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(_THREADS)

    def image(self, path: Path) -> QImage | None:
        """Return the thumbnail, a null image where the photo cannot be read, or None while it is being decoded.

        `loaded` is emitted with the path once it is there.
        """
        image = self._cache.get(path)
        if image is not None:
            self._cache.move_to_end(path)
            return image
        if path not in self._running:
            if not self._painting_ended.isActive():
                self._painting += 1
                self._painting_ended.start()
            self._waiting[path] = self._painting
            self._waiting.move_to_end(path)
            while len(self._waiting) > _WAITING:
                self._waiting.popitem(last=False)
            self._start_next()
        return None

    def forget(self) -> None:
        """Drop every thumbnail and every wish, for another collection."""
        self._cache.clear()
        self._waiting.clear()

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < _THREADS:
            # Of those with the same number, max() takes the first.
            path = max(self._waiting, key=self._waiting.__getitem__)
            del self._waiting[path]
            self._running.add(path)
            self._pool.start(_Task(path, self._size, self._relay))

    @Slot(object, QImage)
    def _on_relay_done(self, path: Path, image: QImage) -> None:
        self._running.discard(path)
        self._cache[path] = image
        while len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        self.loaded.emit(path)
        self._start_next()
