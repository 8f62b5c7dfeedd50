"""Writes keywords into the sidecar beside a photo, `photo.jpg.xmp`, and takes them back; the photo is never touched.

A change is planned first, with the bytes before and after, so that it can be shown, written down and undone.
"""

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from tlgui import files
from tlgui.errors import SidecarError
from tlgui.photos.sidecars.xmp_document import XmpError
from tlgui.photos.sidecars.xmp_merge import Keyword, merged

SUFFIX = ".xmp"
MOST_BYTES = 8 * 1024**2
"""The largest sidecar that is edited; those of photo editors with a long history have some 100 kB."""

_LEFT = "The file is left as it is."


@dataclass(frozen=True, slots=True)
class SidecarChange:
    """What writing a keyword makes of a sidecar.

    Args:
        path: The sidecar.
        before: What it holds; None where it is not there.
        after: What it is to hold.
    """

    path: Path
    before: bytes | None
    after: bytes

    @property
    def is_needed(self) -> bool:
        """Whether anything is to be written."""
        return self.before != self.after

    @property
    def after_digest(self) -> str:
        """SHA-256 of what it is to hold, in hexadecimal: by it `take_back` knows the file again."""
        return hashlib.sha256(self.after).hexdigest()


def sidecar_of(photo: Path) -> Path:
    """Return the path of a photo's sidecar, as digiKam and darktable name it.

    Example:
        >>> sidecar_of(Path("birds/wren.jpg")).name
        'wren.jpg.xmp'
    """
    return photo.with_name(photo.name + SUFFIX)


def planned_change(photo: Path, keyword: Keyword) -> SidecarChange:
    """Return what a keyword makes of the sidecar of a photo; nothing is written.

    Args:
        photo: The photo; it need not be there.
        keyword: What to add.

    Raises:
        SidecarError: The sidecar is damaged, too large, no XMP, or cannot be edited; it is left as it is.
    """
    path = sidecar_of(photo)
    before = _content(path)
    try:
        return SidecarChange(path, before, merged(before, keyword))
    except XmpError as error:
        raise SidecarError(f"“{path.name}” gets no keyword: {error}.", _LEFT) from error


def write_change(change: SidecarChange) -> None:
    """Write a planned change, whole or not at all.

    Raises:
        SidecarError: The sidecar is another one by now.
        StorageError: The disk refused.
    """
    if _content(change.path) != change.before:
        raise SidecarError(f"“{change.path.name}” was changed by another program meanwhile.", _LEFT)
    if change.is_needed:
        with files.atomic_open(change.path) as stream:
            stream.write(change.after)


def take_back(path: Path, before: bytes | None, after_digest: str) -> None:
    """Give a sidecar the bytes it had before; one that was not there is deleted. Doing it twice does no harm.

    Args:
        path: The sidecar.
        before: What it held; None where it was not there.
        after_digest: SHA-256 of what was written, in hexadecimal.

    Raises:
        SidecarError: The sidecar was changed since.
        StorageError: The disk refused.
    """
    now = _content(path)
    if now == before:
        return
    if now is None or hashlib.sha256(now).hexdigest() != after_digest:
        what = "is gone" if now is None else "was changed"
        raise SidecarError(f"“{path.name}” {what} since the keyword was written.", _LEFT)
    if before is not None:
        with files.atomic_open(path) as stream:
            stream.write(before)
        return
    try:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        files.sync_folder(path.parent)
    except OSError as error:
        raise files.storage_error(error, path) from error


def _content(path: Path) -> bytes | None:
    """Return what a sidecar holds; None where there is none."""
    try:
        if path.is_symlink():
            raise SidecarError(f"“{path.name}” is a link to another file, so it gets no keyword.", _LEFT)
        return files.read_regular(path, MOST_BYTES)
    except FileNotFoundError:
        return None
    except OSError as error:
        if not os.path.lexists(path):
            raise files.storage_error(error, path) from error
        raise SidecarError(f"“{path.name}” gets no keyword: {files.why_unreadable(error)}.", _LEFT) from error
