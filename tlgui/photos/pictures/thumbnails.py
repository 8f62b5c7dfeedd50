"""Thumbnails of photos on disk, so that a photo is decoded once and not each time it is shown.

Each thumbnail is a file named by a digest of the photo's path, size and modification time: a changed photo has another
name. A damaged file is made again, and the least recently used ones are deleted (see `tlgui.files.caches`). Where the
disk is full or read-only, every photo is decoded.
"""

import hashlib
import io
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlgui import files
from tlgui.files import caches
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.photos.pictures.opening import DAMAGED

SIDES = (128, 256, 512)
"""The longer sides of stored thumbnails, in pixels; larger ones are decoded each time."""

LIMIT_BYTES = 512 << 20
_QUALITY = 85
_SUFFIX = ".jpg"
# The time of use is updated once a day.
_DAY_SECONDS = 86_400
# The folder is measured after so much was written, so it may exceed its limit by that.
_TIDIED_AFTER_BYTES = 32 << 20
_KEPT_SHARE = 0.75


class ThumbnailStore:
    """The thumbnails on disk; thread-safe, and several windows may share the folder.

    Args:
        folder: Where they are; None, the default, for the cache folder.
        limit_bytes: About how much they may take; the least recently used are deleted. 512 MiB by default.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._written = 0
        self._has_warned = False
        self._lock = threading.Lock()

    def read(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a photo upright and small, from disk where it is stored.

        Args:
            path: The photo.
            size: Longest side of the result in pixels; a smaller photo is not enlarged.

        Returns:
            RGB, 0..255, as uint8 (height, width, 3).

        Raises:
            UnusablePhotoError: It cannot be read.
        """
        side = next((side for side in SIDES if side >= size), None)
        entry = self._entry(path, side) if side is not None else None
        if side is None or entry is None:
            return read_thumbnail(path, size)
        pixels = self._read_entry(entry)
        if pixels is None:
            pixels = read_thumbnail(path, side)
            self._write(entry, pixels)
        return _shrunk(pixels, size)

    def _entry(self, path: Path, side: int) -> Path | None:
        """Return the file for a photo in its present state; None where the photo is gone or there is no folder."""
        try:
            state = path.stat()
        except OSError:
            return None
        place = self._folder if self._folder is not None else self._usual_folder()
        if place is None:
            return None
        identity = f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0{side}"
        # Names that are not valid text contain surrogates.
        name = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return place / name[:2] / (name[2:] + _SUFFIX)

    def _usual_folder(self) -> Path | None:
        try:
            return files.cache_folder() / "thumbnails"
        except OSError as error:
            self._warn("thumbnails", error)
            return None

    def _read_entry(self, entry: Path) -> NDArray[np.uint8] | None:
        """Return a stored thumbnail; None where there is none, or it was damaged, which is then deleted."""
        try:
            if time.time() - entry.stat().st_mtime > _DAY_SECONDS:
                caches.mark_used(entry)
            with Image.open(entry, formats=("JPEG",)) as image:
                # A larger one was not written by this store.
                if max(image.size) <= SIDES[-1]:
                    return np.asarray(image.convert("RGB"))
                damage: object = f"it has {image.width} x {image.height} pixels"
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, Image.DecompressionBombError, *DAMAGED) as error:
            # Errors of Pillow have no `errno`.
            if isinstance(error, OSError) and error.errno is not None:
                self._warn(entry, error)
                return None
            damage = error
        caches.discard(entry, damage)
        return None

    def _write(self, entry: Path, pixels: NDArray[np.uint8]) -> None:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=_QUALITY)
        # Renamed into place, so that no reader sees a part of it.
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            temporary = files.path_beside(entry)
            try:
                temporary.write_bytes(stream.getbuffer())
                temporary.replace(entry)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            self._warn(entry, error)
            return
        self._tidy_after(entry, stream.tell())

    def _warn(self, place: Path | str, error: OSError) -> None:
        """Log the first refusal: it would be the same for every photo that is scrolled by."""
        with self._lock:
            is_first, self._has_warned = not self._has_warned, True
        if is_first:
            caches.warn_unusable(Path(place), error)

    def _tidy_after(self, entry: Path, written: int) -> None:
        with self._lock:
            self._written += written
            is_time = self._written >= min(_TIDIED_AFTER_BYTES, self._limit)
            if is_time:
                self._written = 0
        if is_time:
            caches.evict(entry.parent.parent, self._limit, kept_share=_KEPT_SHARE)


def _shrunk(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return `pixels` with no side longer than `size`."""
    height, width = pixels.shape[:2]
    if max(height, width) <= size:
        return pixels
    scale = size / max(height, width)
    wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(wanted, Image.Resampling.BILINEAR, reducing_gap=2.0))
