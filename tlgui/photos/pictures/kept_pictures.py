"""The squares that networks are given, kept on disk, so that a camera's file is decoded once and not for each network.

They are the pixels themselves, 150 kB at 224 pixels: reading them takes a tenth of a millisecond, where decoding a JPEG
of 12 million pixels takes 20. An entry is found by the digest of the photo's bytes and the side of the square, and is
used only if its checksum is right. They are a cache: see `tlgui.files.cache_files`.
"""

import hashlib
import zlib

import numpy as np
from numpy.typing import NDArray

from tlgui.files import caches
from tlgui.files.cache_files import CacheFiles

LIMIT_BYTES = 4 << 30

# Raised when photos are decoded differently, as `feature_cache.FORMAT_VERSION` is.
_VERSION = 1
_SUFFIX = ".rgb"
_CHANNELS = 3
_CHECKSUM_BYTES = 4
# Files that take less than so many times what is kept of them are decoded about as fast as that is read.
_WORTH_KEEPING = 2
_HOUR_SECONDS = 3600
# Longer than a training reads photos for the first time.
_SPARED_SECONDS = 6 * _HOUR_SECONDS


class KeptPictures:
    """The squares on disk; thread-safe, and several processes may share them.

    Args:
        limit_bytes: About how much they may take; the least recently used are deleted. 4 GiB by default.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._files = CacheFiles("pictures", limit_bytes, _HOUR_SECONDS, _SPARED_SECONDS)

    def get(self, digest: bytes, size: int) -> NDArray[np.uint8] | None:
        """Return the square that is kept of a photo; None where there is none, or it was damaged.

        Args:
            digest: SHA-256 of the photo's bytes.
            size: Side of the square in pixels.

        Returns:
            RGB, uint8 of shape (size, size, 3).
        """
        name = _name(digest, size)
        entry = self._files.path(name, _SUFFIX)
        length = _CHECKSUM_BYTES + _CHANNELS * size * size
        data = self._files.read(entry, length) if entry is not None else None
        if entry is None or data is None:
            return None
        pixels = memoryview(data)[_CHECKSUM_BYTES:]
        if len(data) != length or data[:_CHECKSUM_BYTES] != _checksum(name, pixels):
            caches.discard(entry, "its length or its checksum is wrong")
            return None
        return np.frombuffer(pixels, np.uint8).reshape(size, size, _CHANNELS)

    def put(self, digest: bytes, pixels: NDArray[np.uint8]) -> None:
        """Keep the square of a photo.

        Args:
            digest: SHA-256 of the photo's bytes.
            pixels: RGB, uint8 of shape (size, size, 3).
        """
        name = _name(digest, len(pixels))
        entry = self._files.path(name, _SUFFIX)
        if entry is not None:
            data = pixels.tobytes()
            self._files.write(entry, _checksum(name, data) + data)


def is_worth_keeping(file_bytes: int, size: int) -> bool:
    """Return whether the square of a photo is kept: reading it must be far less than decoding the file.

    Args:
        file_bytes: What the photo's file takes.
        size: Side of the square in pixels.

    Example:
        >>> is_worth_keeping(2_000_000, 224), is_worth_keeping(40_000, 224), is_worth_keeping(2_000_000, 1024)
        (True, False, False)
    """
    return file_bytes >= _WORTH_KEEPING * _CHANNELS * size * size


def _name(digest: bytes, size: int) -> str:
    return hashlib.blake2b(b"%d %d " % (_VERSION, size) + digest, digest_size=16).hexdigest()


def _checksum(name: str, data: bytes | memoryview) -> bytes:
    return zlib.crc32(data, zlib.crc32(name.encode())).to_bytes(_CHECKSUM_BYTES, "little")
