"""Thumbnails of photos, decoded on other threads and only for what is painted."""

import logging
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QRect, QRunnable, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.ui.session.owned_pool import owned_pool

# Enough for a 4K screen full of thumbnails: 3840 x 2160 pixels of 4 bytes.
_CACHED_BYTES = 32 << 20
# Twice the number of thumbnails on the largest screens.
_MOST_WAITING = 3000
_THREADS = 2

_log = logging.getLogger(__name__)


def centred(image: QImage, place: QRect) -> QRect:
    """Return the largest rectangle with the aspect ratio of `image`, centred in `place`."""
    size = image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    rect = QRect(0, 0, size.width(), size.height())
    rect.moveCenter(place.center())
    return rect


def _fitting(pixels: NDArray[np.uint8], size: int) -> QImage:
    """Return an image with `size` as its longer side, in the screen's format: painting it is then a copy."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
    if max(height, width) != size:
        # Very narrow photos keep one pixel.
        room = image.size().scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        image = image.scaled(room, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return image.convertToFormat(QImage.Format.Format_RGB32)


class _Relay(QObject):
    """Passes a finished thumbnail to the loader's thread; may outlive the loader."""

    done = Signal(object, int, QImage)


class _Task(QRunnable):
    def __init__(self, store: ThumbnailStore, path: Path, size: int, relay: _Relay) -> None:
        super().__init__()
        self._store = store
        self._path = path
        self._size = size
        self._relay = relay

    @override
    def run(self) -> None:
        image = QImage()
        try:
            pixels = self._store.read(self._path, self._size)
        except TlguiError as error:
            # The report lists photos that cannot be read; here a warning icon is shown.
            _log.info("no thumbnail: %s", error)
        else:
            image = _fitting(pixels, self._size)
        finally:
            self._relay.done.emit(self._path, self._size, image)


class ThumbnailLoader(QObject):
    """Returns cached thumbnails for painting, and decodes others in the background.

    To be called while painting, so that only visible photos are decoded. Those of the latest paint event are decoded
    first, in its order.

    Signals:
        loaded: The thumbnail of a path was decoded.

    Args:
        size: The longer side, in device pixels.
        parent: The owner.
        store: The cache on disk; None for the one in the cache folder.
    """

    loaded = Signal(object)

    def __init__(self, size: int, parent: QObject | None = None, store: ThumbnailStore | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._store = store if store is not None else ThumbnailStore()
        self._cache: OrderedDict[Path, tuple[int, QImage]] = OrderedDict()
        self._cached_bytes = 0
        self._waiting: OrderedDict[Path, None] = OrderedDict()
        self._running: set[Path] = set()
        self._requested: list[Path] = []
        self._painting_ended = QTimer(self, singleShot=True, interval=0)
        self._painting_ended.timeout.connect(self._on_painting_ended_timeout)
        self._relay = _Relay()
        self._relay.done.connect(self._on_relay_done)
        self._pool = owned_pool(self, _THREADS)

    def image(self, path: Path) -> QImage | None:
        """Return the thumbnail, a null image if the photo cannot be read, or None until `loaded` is emitted for it.

        After `set_size`, the thumbnail of the previous size is returned until then.
        """
        size, image = self._cache.get(path, (0, None))
        if image is not None:
            self._cache.move_to_end(path)
        if size != self._size and path not in self._running:
            if not self._requested:
                self._painting_ended.start()
            self._requested.append(path)
        return image

    def set_size(self, size: int) -> None:
        """Set the size of the thumbnails decoded from now on."""
        self._size = size

    def forget(self) -> None:
        """Drop all cached and requested thumbnails."""
        self._cache.clear()
        self._cached_bytes = 0
        self._waiting.clear()
        self._requested.clear()

    @Slot()
    def _on_painting_ended_timeout(self) -> None:
        for path in reversed(self._requested):
            if path not in self._running:
                self._waiting[path] = None
                self._waiting.move_to_end(path, last=False)
        self._requested.clear()
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem()
        self._start_next()

    def _start_next(self) -> None:
        while self._waiting and len(self._running) < _THREADS:
            path, _ = self._waiting.popitem(last=False)
            self._running.add(path)
            self._pool.start(_Task(self._store, path, self._size, self._relay))

    @Slot(object, int, QImage)
    def _on_relay_done(self, path: Path, size: int, image: QImage) -> None:
        self._running.discard(path)
        self._drop(path)
        self._cache[path] = size, image
        self._cached_bytes += image.sizeInBytes()
        while self._cached_bytes > _CACHED_BYTES and len(self._cache) > 1:
            self._drop(next(iter(self._cache)))
        self.loaded.emit(path)
        self._start_next()

    def _drop(self, path: Path) -> None:
        _, image = self._cache.pop(path, (0, None))
        if image is not None:
            self._cached_bytes -= image.sizeInBytes()
