"""Reads a photo's file once, for its digest and for every small picture that is made of it.

The file is read into memory, hashed and decoded from there. The square for the network is kept on disk, so that the
next network of the same input size, or a changed copy, needs no file of the camera. A file that is too large for that,
or of a format that a helper process opens, is hashed in pieces and then decoded by its path.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.pictures.decode import decode_small, read_photo
from tlgui.photos.pictures.decoded import SmallPhoto
from tlgui.photos.pictures.formats import HEAD_BYTES, needs_helper
from tlgui.photos.pictures.kept_pictures import KeptPictures, is_worth_keeping
from tlgui.photos.pictures.opening import opened_bytes, system_error
from tlgui.photos.pictures.photo_digests import Content, PhotoDigests

# Several threads hold one file each. Few photos of cameras are larger, but for RAW files, which a helper opens.
_MOST_BYTES = 32 << 20


class PhotoReader:
    """Gives photos to be read; a context manager, safe to use from threads."""

    def __init__(self) -> None:
        self._digests = PhotoDigests()
        self._pictures = KeptPictures()

    def __enter__(self) -> Self:
        """Open the index of digests."""
        self._digests.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Commit new digests, also after an exception."""
        self._digests.__exit__(kind, error, traceback)

    def open(self, path: Path) -> "PhotoFile":
        """Return a photo to read, whose file is not opened yet.

        Args:
            path: The photo.
        """
        return PhotoFile(path, self._digests, self._pictures)

    def unchanged(self, paths: Sequence[Path]) -> dict[Path, tuple[bytes, float]]:
        """Return the digests of photos that are known without opening a file; see `PhotoDigests.unchanged`."""
        return self._digests.unchanged(paths)


class PhotoFile:
    """One photo, whose file is read when that is needed, and once; used by one thread.

    Args:
        path: The photo.
        digests: The index of digests.
        pictures: The squares that are kept.

    Attributes:
        path: The photo.
    """

    def __init__(self, path: Path, digests: PhotoDigests, pictures: KeptPictures) -> None:
        self.path = path
        self._digests = digests
        self._pictures = pictures
        self._known: bytes | None = None
        self._content: Content | None = None

    def digest(self) -> bytes:
        """Return the SHA-256 of the photo's bytes: those that were decoded, once they are.

        Raises:
            UnusablePhotoError: The file is gone, empty or no file, or may not be read.
        """
        return self._indexed() or self.content().digest

    def decoded_digest(self) -> bytes:
        """Return the SHA-256 of the bytes that were decoded; empty where the file may have changed meanwhile."""
        content = self._content
        if content is None:
            return self.digest()
        return content.digest if content.data is not None or _is_same(self.path, content.status) else b""

    @property
    def data(self) -> bytes | None:
        """What the file holds, where it was read into memory."""
        return self._content.data if self._content is not None else None

    def changed(self) -> float:
        """Return when the file was changed, in seconds since 1970.

        Raises:
            UnusablePhotoError: The file is gone.
        """
        return self._status().st_mtime

    def content(self) -> Content:
        """Return what the file holds, which is read once.

        Raises:
            UnusablePhotoError: As `digest`.
        """
        if self._content is None:
            with opened_bytes(self.path) as stream:
                is_for_helper = needs_helper(stream.read(HEAD_BYTES))
                stream.seek(0)
                self._content = self._digests.read(self.path, stream, 0 if is_for_helper else _MOST_BYTES)
        return self._content

    def square(self, size: int) -> NDArray[np.uint8]:
        """Return the photo as `read_photo` does, from disk where its square is kept.

        Args:
            size: Side of the square in pixels.

        Returns:
            RGB, uint8 of shape (size, size, 3).

        Raises:
            UnusablePhotoError: It cannot be read.
        """
        # A photo that was moved or copied is read for its digest, and need not be decoded.
        kept = self._pictures.get(self.digest(), size) if self._is_large(size) else None
        if kept is not None:
            return kept
        pixels = read_photo(self.path, size, self.content().data)
        self._keep(pixels)
        return pixels

    def small(self, size: int) -> SmallPhoto:
        """Decode the photo for its thumbnail and its square, and keep the square.

        Args:
            size: Side of the square in pixels.

        Raises:
            UnusablePhotoError: It cannot be read.
        """
        found = decode_small(self.path, size, self.content().data)
        self._keep(found.square)
        return found

    def _indexed(self) -> bytes | None:
        """Return the digest without reading the file, where it is known."""
        if self._content is not None:
            return self._content.digest
        if self._known is None:
            try:
                self._known = self._digests.known(self.path)
            except OSError as error:
                raise system_error(self.path, error) from error
        return self._known

    def _is_large(self, size: int) -> bool:
        return is_worth_keeping(self._status().st_size, size)

    def _status(self) -> os.stat_result:
        if self._content is not None:
            return self._content.status
        try:
            return self.path.stat()
        except OSError as error:
            raise system_error(self.path, error) from error

    def _keep(self, pixels: NDArray[np.uint8]) -> None:
        """Keep a square, unless the file may have changed between its two readings."""
        content = self.content()
        if not self._is_large(len(pixels)):
            return
        if content.data is None and not _is_same(self.path, content.status):
            return
        self._pictures.put(content.digest, pixels)


def _is_same(path: Path, status: os.stat_result) -> bool:
    """Return whether a file is the one that was read before, and was not written to since."""
    try:
        now = path.stat()
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns, now.st_ino) == (status.st_size, status.st_mtime_ns, status.st_ino)
