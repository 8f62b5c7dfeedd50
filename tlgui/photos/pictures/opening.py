"""Opens one image file, guarded against files that are damaged, huge or no images.

Images are untrusted: only the formats of `formats` are tried, the size is checked in the header before a pixel is
decoded, and every error of Pillow becomes an `UnusablePhotoError`. A file whose format could crash or hang the process
is opened in a helper process only.
"""

import contextlib
import errno
import io
import logging
import re
import stat
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile, UnidentifiedImageError

from tlgui import files
from tlgui.errors import PhotoError
from tlgui.photos.collection import ProblemKind
from tlgui.photos.names import shown_name
from tlgui.photos.pictures import png_chunks
from tlgui.photos.pictures.empty_end import has_empty_end
from tlgui.photos.pictures.formats import (
    FORMAT_NAMES,
    FORMATS,
    HEAD_BYTES,
    SAFE_FORMATS,
    common_name,
    format_of,
    needs_helper,
)
from tlgui.photos.pictures.variants import UnsupportedVariantError

MAX_PIXELS = 200_000_000  # of the largest phone cameras; about 800 MB while it is decoded
LARGE_PIXELS = 25_000_000

# What Pillow's readers raise for damaged files besides OSError. The list is wide because one odd file among 100,000
# must not end a scan.
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_SMALLER_COPY = "Save a smaller copy of it and use that."
# Some libraries report it in the message only.
_NO_MEMORY = re.compile(r"out of memory|memory allocation", re.IGNORECASE)
# Some of Pillow's readers report a sound file of an unsupported variant as they report a damaged one.
_UNSUPPORTED = re.compile(
    r"unsupported|not (yet )?supported|cannot handle|invalid palette size"
    r"|unknown (pixel mode|compression|data organization)",
    re.IGNORECASE,
)
_PASSING_KINDS = frozenset({ProblemKind.GONE, ProblemKind.CHANGING, ProblemKind.NO_PERMISSION})
_OTHER_COPY = "Replace it with a good copy, or leave it out."

# Pillow's own limit is below the size of some cameras' photos. It also checks the frames and tiles inside a file.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
png_chunks.install()
# It logs oddities of files; those that matter become errors.
logging.getLogger("PIL").setLevel(logging.CRITICAL)


class UnusablePhotoError(PhotoError):
    """A photo that cannot be read, with the reason apart from the name, as a list of problems shows it.

    Args:
        message: Names the file and says why.
        hint: What to do; empty by default.
        kind: The group it is listed under.
        reason: Why, as a sentence.
        is_lasting: Whether the reason is the file's content, so that it holds until the file changes.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        kind: ProblemKind = ProblemKind.UNREADABLE,
        reason: str = "",
        *,
        is_lasting: bool = True,
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.reason = reason
        self.is_lasting = is_lasting and kind not in _PASSING_KINDS


class NeedsHelperError(Exception):
    """The file has a format that is opened in a helper process only."""


class _Opening:
    """The formats that this process opens."""

    def __init__(self) -> None:
        self.formats: tuple[str, ...] = SAFE_FORMATS


_opening = _Opening()


def open_every_format() -> None:
    """Open files of every format in this process from now on; called in helper processes, once all are registered."""
    _opening.formats = FORMATS


def is_photo(path: Path) -> bool:
    """Return whether the content of a file is that of a photo, by its first bytes; False where it cannot be read.

    Args:
        path: A file with any suffix.
    """
    try:
        with files.open_unbuffered(path) as stream:
            return format_of(stream.read(HEAD_BYTES) or b"") is not None
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def opened(path: Path, data: bytes | None = None) -> Iterator[ImageFile.ImageFile]:
    """Open a photo for the block, and raise every error of the file, inside the block too, as `UnusablePhotoError`.

    Args:
        path: The file, with any suffix.
        data: What it holds, where that was read already; None, the default, reads the file.

    Raises:
        NeedsHelperError: It is to be opened in a helper process.
        UnusablePhotoError: The file is gone, damaged, too large, not an image, or may not be read.
    """
    head = b""
    try:
        if not data:
            _check_is_file(path)
        with quiet_pillow, io.BytesIO(data) if data else files.open_regular(path) as stream:
            head = stream.read(HEAD_BYTES)
            if _opening.formats is SAFE_FORMATS and needs_helper(head):
                raise NeedsHelperError
            stream.seek(0)
            with _identified(stream, head) as image:
                _check_size(path, image)
                if has_empty_end(image, stream):
                    raise _empty_end(path)
                if data:
                    # Pillow decodes in pieces otherwise, and waits for Python's lock before each.
                    image.decodermaxblock = len(data)
                yield image
    except PhotoError:
        raise
    except (OSError, MemoryError, Image.DecompressionBombError, UnsupportedVariantError, *DAMAGED) as error:
        raise _refusal(path, head, error) from error


def _identified(stream: BinaryIO, head: bytes) -> ImageFile.ImageFile:
    """Open a stream with Pillow; where no reader takes it, raise the error of the one for its declared format."""
    try:
        return Image.open(stream, formats=_opening.formats)
    except UnidentifiedImageError:
        declared = format_of(head)
        if declared is None:
            raise
        stream.seek(0)
        factory, _ = Image.OPEN[declared]
        with contextlib.suppress(UnidentifiedImageError):
            factory(stream, "")
        raise


def _check_size(path: Path, image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(path, f"It measures {image.width:,} x {image.height:,} pixels")
    if image.size == (1, 1):
        raise single_pixel(path)


def _refusal(path: Path, head: bytes, error: Exception) -> UnusablePhotoError:
    """Return the error that a user sees for an exception."""
    if isinstance(error, Image.DecompressionBombError):
        return _too_large(path, "It holds more pixels than a photo does")
    if isinstance(error, MemoryError) or _NO_MEMORY.search(str(error)):
        return out_of_memory(path)
    if isinstance(error, UnsupportedVariantError):
        return _unsupported(path, head, error.reason)
    if isinstance(error, UnidentifiedImageError) and format_of(head) is None:
        return _not_an_image(path)
    if isinstance(error, OSError) and error.errno is not None:
        return system_error(path, error)
    if _UNSUPPORTED.search(str(error)):
        return _unsupported(path, head, f"is of a kind that cannot be read here ({str(error).strip('. ')})")
    return damaged(path)


@contextlib.contextmanager
def opened_bytes(path: Path) -> Iterator[BufferedReader]:
    """Open a photo's file for its bytes, for the block; errors of the system become `UnusablePhotoError`."""
    try:
        _check_is_file(path)
        with files.open_regular(path) as stream:
            yield stream
    except OSError as error:
        raise system_error(path, error) from error


class _QuietPillow:
    """Suppresses the warnings of Pillow while a photo is open: the photo is used, or an error says why not.

    `warnings.catch_warnings` saves and restores one state for all threads, so only the first thread that enters saves
    it, and only the last that leaves restores it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._saved = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._saved = warnings.catch_warnings()
                self._saved.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\.")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0:
                self._saved.__exit__(None, None, None)


quiet_pillow = _QuietPillow()


def _check_is_file(path: Path) -> None:
    """Refuse folders, and pipes and devices, whose data may never end."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise unusable(path, ProblemKind.NOT_AN_IMAGE, "It is a folder that cannot be opened, not a photo.")
    if not stat.S_ISREG(status.st_mode):
        raise unusable(path, ProblemKind.NOT_AN_IMAGE, "It is not a file but a device or a pipe.")
    if status.st_size == 0:
        raise unusable(path, ProblemKind.UNREADABLE, "The file is empty: it has 0 bytes.", _OTHER_COPY)


def unusable(
    path: Path, kind: ProblemKind, reason: str, hint: str = "", *, is_lasting: bool = True
) -> UnusablePhotoError:
    """Return the error of a photo that cannot be used.

    Args:
        path: The photo.
        kind: The group it is listed under.
        reason: Why, as a sentence; it follows the name in the message.
        hint: What to do; empty by default.
        is_lasting: As of `UnusablePhotoError`.
    """
    message = f"“{shown_name(path)}” cannot be read. {reason}"
    return UnusablePhotoError(message, hint, kind, reason, is_lasting=is_lasting)


def damaged(path: Path) -> UnusablePhotoError:
    """Return the error of a photo whose content is damaged."""
    return unusable(path, ProblemKind.UNREADABLE, "The file is damaged, or its end is missing.", _OTHER_COPY)


def _empty_end(path: Path) -> UnusablePhotoError:
    reason = "Zeros stand in the place of its end, as after a download or a copy that was cut short."
    return unusable(path, ProblemKind.UNREADABLE, reason, _OTHER_COPY)


def out_of_memory(path: Path) -> UnusablePhotoError:
    """Return the error of a photo that needs more memory than is left, or than one photo may take."""
    reason = "There is not enough memory to open it."
    return unusable(path, ProblemKind.TOO_LARGE, reason, _SMALLER_COPY, is_lasting=False)


def single_pixel(path: Path) -> UnusablePhotoError:
    """Return the error of a picture of a single pixel, with which web pages count their readers."""
    return unusable(path, ProblemKind.TINY, "It measures only 1 x 1 pixel.")


def _unsupported(path: Path, head: bytes, reason: str) -> UnusablePhotoError:
    declared = format_of(head) or ""
    other = "JPEG" if declared == "PNG" else "PNG"
    return unusable(
        path,
        ProblemKind.UNSUPPORTED,
        f"Its format is {common_name(declared)}, but it {reason}.",
        f"Open it in another program, and save it from there as {other} with 8 bits.",
    )


def _too_large(path: Path, what: str) -> UnusablePhotoError:
    reason = f"{what}; the most is {MAX_PIXELS // 1_000_000} million."
    return unusable(path, ProblemKind.TOO_LARGE, reason, _SMALLER_COPY)


def _not_an_image(path: Path) -> UnusablePhotoError:
    return unusable(
        path,
        ProblemKind.NOT_AN_IMAGE,
        "It is not an image of a kind that can be read here, or its beginning is damaged.",
        f"Use {FORMAT_NAMES}.",
    )


def system_error(path: Path, error: OSError) -> UnusablePhotoError:
    """Return the error for an `OSError`; one without a number is raised by Pillow for damaged content."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return unusable(path, ProblemKind.GONE, "It is no longer there.", "Put it back, or choose the folder again.")
    if isinstance(error, PermissionError):
        return unusable(path, ProblemKind.NO_PERMISSION, "You may not read it.", "Change its permissions.")
    if error.errno == errno.ELOOP:
        return unusable(path, ProblemKind.LINK_LOOP, "It is a link that leads back to itself.", is_lasting=False)
    if error.errno is None:
        return damaged(path)
    # The disk may be able to read it later, so the file is not called damaged.
    return unusable(path, ProblemKind.GONE, f"The disk says: {error.strerror}.", "Read the folder again later.")
