"""One image file to upright RGB pixels, with every guard against files that are damaged, huge or not images at all.

Images are untrusted: only the formats named here are tried, the size is checked in the header before a pixel is
decoded, and whatever Pillow raises for a bad file becomes one plain `PhotoError`.
"""

import contextlib
import errno
import logging
import stat
import struct
import threading
import unicodedata
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from tlgui.errors import PhotoError
from tlgui.photos.collection import ProblemKind

IMAGE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff"},
)
MAX_PIXELS = 200_000_000  # what the largest phone cameras take; about 800 MB while it is decoded

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "DIB", "GIF", "TIFF")
_LARGE_PIXELS = 25_000_000
_LARGEST_SHADE = 1e30  # of floating-point pixels: differences of larger ones would overflow
_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow's readers let through when a file is damaged, besides OSError: they parse as they go. The list is wide
# because one odd file among 100,000 must not end a scan.
_DAMAGED = (
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
_OTHER_COPY = "Replace it with a good copy, or leave it out."

# Pillow would refuse what large cameras take. It still checks the frames and tiles inside a file, which only it sees.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# It logs what it finds odd in a file; whether that matters, and why, is what `PhotoError` says.
logging.getLogger("PIL").setLevel(logging.CRITICAL)

_one_large_photo = threading.Semaphore(1)


class UnusablePhotoError(PhotoError):
    """A photo that cannot be read, with the reason apart from the name, as a list of problems shows it.

    Args:
        message: Names the file and says why.
        hint: What to do.
        kind: The group it is listed under.
        reason: Why, as a sentence of its own.
    """

    def __init__(
        self, message: str, hint: str = "", kind: ProblemKind = ProblemKind.UNREADABLE, reason: str = ""
    ) -> None:
        super().__init__(message, hint)
        self.kind = kind
        self.reason = reason


def shown_name(path: Path) -> str:
    """Return a file's name as it can be shown on one line, saved and printed.

    Line breaks become spaces; other control characters and bytes that are not text become a replacement character.
    """
    name = unicodedata.normalize("NFC", path.name)
    return "".join(_shown_character(character) for character in name)


def read_photo(path: Path, size: int | None = None) -> NDArray[np.uint8]:
    """Read a photo as upright RGB.

    Transparent parts are laid over white, 16-bit and floating-point pixels are scaled to 0..255, and of an animation
    the first frame is read.

    Args:
        path: The image file, whatever its suffix.
        size: Side in pixels of the square it is squashed to, by bilinear filtering with antialiasing; None keeps
            the photo's own size.

    Returns:
        uint8 array of shape (height, width, 3), or (size, size, 3).

    Raises:
        PhotoError: The file is gone, damaged, too large, not an image, or may not be read.
    """
    with _opened(path) as image:
        if size is not None:
            # Twice the size asked for leaves the final filter enough pixels to average over.
            image.draft(None, (2 * size, 2 * size))
        rgb = _rgb(image)
        if size is not None:
            rgb = rgb.resize((size, size), Image.Resampling.BILINEAR)
        return np.array(_turned_upright(rgb, image))


def read_thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """Read a photo as upright RGB that fits within `size` x `size` pixels, its proportions kept; never enlarged.

    Returns:
        uint8 array of shape (height, width, 3), the longer side at most `size`.

    Raises:
        PhotoError: As `read_photo`.
    """
    with _opened(path) as image:
        image.draft(None, (size, size))
        rgb = _rgb(image)
        rgb.thumbnail((size, size), Image.Resampling.BILINEAR)
        return np.array(_turned_upright(rgb, image))


def read_header(path: Path) -> tuple[int, int]:
    """Return (width, height) in pixels as stored, without decoding the photo.

    Raises:
        PhotoError: As `read_photo`, as far as the header tells.
    """
    with _opened(path) as image:
        return image.size


def check_photo(path: Path) -> None:
    """Read a photo through to its end, as cheaply as its format allows, to know that it can be used.

    A JPEG is decoded at an eighth of its size. A very large PNG is only checked against its checksums.

    Raises:
        PhotoError: As `read_photo`.
    """
    with _opened(path) as image:
        if image.format == "PNG" and image.width * image.height > _LARGE_PIXELS:
            image.verify()
            return
        image.draft(None, (1, 1))
        image.load()


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[ImageFile.ImageFile]:
    """Open a photo for the block, and turn whatever goes wrong with the file in it into a `PhotoError`."""
    try:
        _check_is_file(path)
        with _quiet_pillow, path.open("rb") as stream, Image.open(stream, formats=_FORMATS) as image:
            pixel_count = image.width * image.height
            if pixel_count > MAX_PIXELS:
                raise _too_large(path, f"It measures {image.width:,} x {image.height:,} pixels")
            # Many threads may each decode a photo; several very large ones at a time would fill the memory.
            with _one_large_photo if pixel_count > _LARGE_PIXELS else contextlib.nullcontext():
                yield image
    except PhotoError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large(path, "It holds more pixels than a photo does") from error
    except MemoryError as error:
        reason = "There is not enough memory to open it."
        raise _unusable(path, ProblemKind.TOO_LARGE, reason, _SMALLER_COPY) from error
    except UnidentifiedImageError as error:
        raise _not_an_image(path) from error
    except OSError as error:
        raise _system_error(path, error) from error
    except _DAMAGED as error:
        raise _damaged(path) from error


class _QuietPillow:
    """While a photo is open, what Pillow warns about is not shown: the photo is used, or a `PhotoError` says why not.

    `warnings.catch_warnings` saves and restores one state for all threads, so the first to enter and the last to
    leave do it for everyone between.
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


_quiet_pillow = _QuietPillow()


def _rgb(image: Image.Image) -> Image.Image:
    """Decode all pixels and return them as 8-bit RGB on white."""
    image.load()
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bit(image).convert("RGB")
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        white = Image.new("RGBA", colours.size, "white")
        return Image.alpha_composite(white, colours).convert("RGB")
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale pixels of more than 8 bits to 0..255; Pillow's own conversion would cut them off at 255."""
    values = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0).clip(-_LARGEST_SHADE, _LARGEST_SHADE)
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    if image.mode.startswith("I;16") or (low == 0 and 255 < high <= 65535):
        low, high = 0, 65535
    elif image.mode == "F" and low == 0 and high <= 1:
        high = 1
    elif low == 0 and high <= 255:
        high = 255
    scaled = (values / (high - low) - low / (high - low)) * 255 + 0.5
    return Image.fromarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _turned_upright(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return `pixels` turned as the EXIF orientation of `image` says; a damaged EXIF block turns nothing."""
    try:
        orientation = image.getexif().get(_ORIENTATION_TAG)
    except (OSError, *_DAMAGED):
        return pixels
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return pixels if turn is None else pixels.transpose(turn)


def _check_is_file(path: Path) -> None:
    """Refuse folders, and pipes and devices, which could be read for ever."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise _unusable(path, ProblemKind.NOT_AN_IMAGE, "It is a folder that cannot be opened, not a photo.")
    if not stat.S_ISREG(status.st_mode):
        raise _unusable(path, ProblemKind.NOT_AN_IMAGE, "It is not a file but a device or a pipe.")
    if status.st_size == 0:
        raise _unusable(path, ProblemKind.UNREADABLE, "The file is empty: it has 0 bytes.", _OTHER_COPY)


def _unusable(path: Path, kind: ProblemKind, reason: str, hint: str = "") -> UnusablePhotoError:
    return UnusablePhotoError(f"“{shown_name(path)}” cannot be read. {reason}", hint, kind, reason)


def _too_large(path: Path, what: str) -> UnusablePhotoError:
    reason = f"{what}; the most is {MAX_PIXELS // 1_000_000} million."
    return _unusable(path, ProblemKind.TOO_LARGE, reason, _SMALLER_COPY)


def _not_an_image(path: Path) -> UnusablePhotoError:
    return _unusable(
        path,
        ProblemKind.NOT_AN_IMAGE,
        "It is not an image of a kind that can be read here, or its beginning is damaged.",
        "Use JPEG, PNG, WebP, BMP, GIF or TIFF.",
    )


def _damaged(path: Path) -> UnusablePhotoError:
    return _unusable(path, ProblemKind.UNREADABLE, "The file is damaged, or its end is missing.", _OTHER_COPY)


def _system_error(path: Path, error: OSError) -> UnusablePhotoError:
    """Tell what the system refused from what Pillow found wrong: that is an OSError without a number."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return _unusable(path, ProblemKind.GONE, "It is no longer there.", "Put it back, or choose the folder again.")
    if isinstance(error, PermissionError):
        return _unusable(path, ProblemKind.NO_PERMISSION, "You may not read it.", "Change its permissions.")
    if error.errno == errno.ELOOP:
        return _unusable(path, ProblemKind.LINK_LOOP, "It is a link that leads back to itself.")
    if error.errno is None:
        return _damaged(path)
    return _unusable(path, ProblemKind.UNREADABLE, f"The disk says: {error.strerror}.", _OTHER_COPY)


def _shown_character(character: str) -> str:
    if unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"}:
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"
