"""Thumbnails of photos on disk, so that a photo is decoded once and not each time it is shown.

Each thumbnail is a file named by a digest of the photo's path, size and modification time: a changed photo has another
name. A damaged file is made again, and the least recently used ones are deleted (see `tlgui.files.cache_files`).
"""

import hashlib
import io
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tlgui.files import caches
from tlgui.files.cache_files import CacheFiles
from tlgui.photos.pictures.decode import read_thumbnail
from tlgui.photos.pictures.opening import DAMAGED

SIDES = (128, 256, 512)
"""The longer sides of stored thumbnails, in pixels; larger ones are decoded each time."""

LIMIT_BYTES = 512 << 20
_QUALITY = 85
_SUFFIX = ".jpg"
# The time of use is updated once a day.
_DAY_SECONDS = 86_400
# A thumbnail of the largest side takes less without any compression.
_MOST_BYTES = 1 << 20


class ThumbnailStore:
    """The thumbnails on disk; thread-safe, and several windows may share the folder.

    Args:
        folder: Where they are; None, the default, for the cache folder.
        limit_bytes: About how much they may take; the least recently used are deleted. 512 MiB by default.
    """

    def __init__(self, folder: Path | None = None, limit_bytes: int = LIMIT_BYTES) -> None:
        self._files = CacheFiles(folder or "thumbnails", limit_bytes, _DAY_SECONDS)

    def read(self, path: Path, size: int) -> NDArray[np.uint8]:
        """Return a photo upright and small, from disk where it is stored at that size or a larger one.

        Args:
            path: The photo.
            size: Longest side of the result in pixels; a smaller photo is not enlarged.

        Returns:
            RGB, 0..255, as uint8 (height, width, 3).

        Raises:
            UnusablePhotoError: It cannot be read.
        """
        entries = self._entries(path, size)
        for entry in entries:
            pixels = self._read_entry(entry)
            if pixels is not None:
                return _shrunk(pixels, size)
        if not entries:
            return read_thumbnail(path, size)
        pixels = read_thumbnail(path, next(side for side in SIDES if side >= size))
        self._write(entries[0], pixels)
        return _shrunk(pixels, size)

    def keep(self, path: Path, state: os.stat_result, side: int, pixels: NDArray[np.uint8]) -> None:
        """Store a thumbnail that was made while the photo was decoded for something else.

        Args:
            path: The photo.
            state: Of the file that was decoded.
            side: One of `SIDES`.
            pixels: RGB, 0..255, as uint8 (height, width, 3), the longer side at most `side`.
        """
        entry = self._entry(path, state, side)
        if entry is not None:
            self._write(entry, pixels)

    def _entries(self, path: Path, size: int) -> list[Path]:
        """Return the files that serve a size, the smallest first; none where the photo or the cache folder is gone."""
        try:
            state = path.stat()
        except OSError:
            return []
        found = (self._entry(path, state, side) for side in SIDES if side >= size)
        return [entry for entry in found if entry is not None]

    def _entry(self, path: Path, state: os.stat_result, side: int) -> Path | None:
        identity = f"{path}\0{state.st_size}\0{state.st_mtime_ns}\0{side}"
        # Names that are not valid text contain surrogates.
        name = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return self._files.path(name, _SUFFIX)

    def _read_entry(self, entry: Path) -> NDArray[np.uint8] | None:
        """Return a stored thumbnail; None where there is none, or it was damaged, which is then deleted."""
        data = self._files.read(entry, _MOST_BYTES)
        if data is None:
            return None
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
                # A larger one was not written by this store.
                if max(image.size) <= SIDES[-1]:
                    return np.asarray(image.convert("RGB"))
                damage: object = f"it has {image.width} x {image.height} pixels"
        except (OSError, Image.DecompressionBombError, *DAMAGED) as error:
            damage = error
        caches.discard(entry, damage)
        return None

    def _write(self, entry: Path, pixels: NDArray[np.uint8]) -> None:
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "JPEG", quality=_QUALITY)
        self._files.write(entry, stream.getbuffer())


def _shrunk(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return `pixels` with no side longer than `size`."""
    height, width = pixels.shape[:2]
    if max(height, width) <= size:
        return pixels
    scale = size / max(height, width)
    wanted = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(pixels).resize(wanted, Image.Resampling.BILINEAR, reducing_gap=2.0))
