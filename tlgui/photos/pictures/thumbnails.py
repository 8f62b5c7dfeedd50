"""Small pictures of photos, kept on disk, so that a photo is decoded once and not each time it comes into sight.

One file for each picture, named after the photo's place, size and time: a photo that changed has another name, and
what is damaged costs one decoding. The disk may be full or read-only: then every picture is decoded.
"""

import contextlib
import hashlib
import io
import os
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlgui import files
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.photos.pictures.opening import DAMAGED

SIDES = (128, 256, 512)
"""The longer sides that are kept, in pixels; what is larger is decoded each time."""

LIMIT_BYTES = 512 << 20
_QUALITY = 85
_SUFFIX = ".jpg"
# What is used again within a day is recent enough not to be noted.
_DAY_SECONDS = 86_400
# The folder is measured only after so much was written; it may be over its limit by that.
_TIDIED_AFTER_BYTES = 32 << 20
_KEPT_SHARE = 0.75


class ThumbnailStore:
    """The pictures on disk; may be used by several threads, and by several windows at a time.

    Args:
        folder: Where they are; None for the cache folder.
        limit_bytes: About how much they may take; those that were not used for longest go.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._written = 0
        self._lock = threading.Lock()

    def read(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a photo upright and small, from disk where it is there.

        Args:
            path: The photo.
            size: The longer side in pixels, at most; a smaller photo stays as it is.

        Returns:
            Colours 0..255 as uint8 (height, width, 3).

        Raises:
            UnusablePhotoError: It cannot be read, and the reason.
        """
        side = next((side for side in SIDES if side >= size), None)
        entry = self._entry(path, side) if side is not None else None
        if side is None or entry is None:
            return read_thumbnail(path, size)
        pixels = _read_entry(entry)
        if pixels is None:
            pixels = read_thumbnail(path, side)
            self._write(entry, pixels)
        return _shrunk(pixels, size)

    def _entry(self, path: Path, side: int) -> Path | None:
        """Return the file for a photo as it is now; None where nobody can tell, or nothing can be kept."""
        try:
            state = path.stat()
            place = self._folder if self._folder is not None else files.cache_folder() / "thumbnails"
        except OSError:
            return None
        what = f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0{side}"
        # Surrogates stand in for bytes of a name that are no text.
        name = hashlib.blake2b(what.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return place / name[:2] / (name[2:] + _SUFFIX)

    def _write(self, entry: Path, pixels: NDArray[np.uint8]) -> None:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=_QUALITY)
        # Whoever reads it meanwhile, in this window or another, meets all of it or nothing.
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        temporary = files.path_beside(entry)
        try:
            temporary.write_bytes(stream.getbuffer())
            temporary.replace(entry)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            return
        self._tidy_after(entry, stream.tell())

    def _tidy_after(self, entry: Path, written: int) -> None:
        with self._lock:
            self._written += written
            is_time = self._written >= min(_TIDIED_AFTER_BYTES, self._limit)
            if is_time:
                self._written = 0
        if is_time:
            tidy(entry.parent.parent, self._limit)


def tidy(folder: Path, limit_bytes: int) -> None:
    """Take away what was not used for longest, where the pictures in `folder` take more than `limit_bytes`."""
    known = sorted(_used(folder))
    left = sum(size for _, size, _ in known)
    if left <= limit_bytes:
        return
    for _, size, path in known:
        if left <= limit_bytes * _KEPT_SHARE:
            break
        # Another window may tidy too.
        with contextlib.suppress(OSError):
            os.unlink(path)  # noqa: PTH108 - a hundred thousand of them, as plain text
        left -= size


def _used(folder: Path) -> list[tuple[float, int, str]]:
    """Return when each file was last used, its size, and its path as text."""
    found: list[tuple[float, int, str]] = []
    for below, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(below, name)  # noqa: PTH118 - a hundred thousand of them, as plain text
            with contextlib.suppress(OSError):
                state = os.stat(path)  # noqa: PTH116 - as above
                found.append((state.st_mtime, state.st_size, path))
    return found


def _read_entry(entry: Path) -> NDArray[np.uint8] | None:
    """Return what is kept, or None where nothing is, or it is damaged."""
    try:
        if time.time() - entry.stat().st_mtime > _DAY_SECONDS:
            os.utime(entry)
        with Image.open(entry, formats=("JPEG",)) as image:
            # A larger one is none that was kept.
            return np.asarray(image.convert("RGB")) if max(image.size) <= SIDES[-1] else None
    except (OSError, Image.DecompressionBombError, *DAMAGED):
        return None


def _shrunk(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return `pixels` with no side longer than `size`."""
    height, width = pixels.shape[:2]
    if max(height, width) <= size:
        return pixels
    scale = size / max(height, width)
    wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(wanted, Image.Resampling.BILINEAR, reducing_gap=2.0))
