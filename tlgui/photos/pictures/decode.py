"""Decodes one image file to upright 8-bit sRGB pixels.

A photo is squeezed to the network's square input, not cropped, with Pillow's bilinear filter: nothing at its edges is
lost, and Keras's own image loader does the same. Programs that use an exported model should do so too.

There is one rule for the pixels of that square, by the file and the side of the square alone, so that training,
prediction and every cache see the same: a JPEG is decoded at the half, quarter or eighth that still has `_COVERED`
times the side, and any other format in full. Features of a JPEG of 12 million pixels differ by that from those of a
full decode by 3.4 % of their length; in a trial at 112 pixels, a linear head on them was right as often (59.4 and
59.2 %). The thumbnail of the closer look comes from the same decode.
"""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from tlgui.photos.facts import Traits
from tlgui.photos.pictures import helper_pool, opening
from tlgui.photos.pictures.colours import is_one_colour
from tlgui.photos.pictures.decoded import DecodedPhoto, SmallPhoto
from tlgui.photos.pictures.frames import to_shown_frame
from tlgui.photos.pictures.helper_protocol import Task
from tlgui.photos.pictures.memory import room_to_decode
from tlgui.photos.pictures.opening import DAMAGED, NeedsHelperError, opened

THUMBNAIL_SIDE = 256
"""The longer side, in pixels, of the thumbnail that `decode_small` makes."""

_ORIENTATION_TAG = 0x0112
# A JPEG of 12 million pixels takes 20 ms where this lets it be decoded at an eighth of its size, 27 ms at a quarter.
_COVERED = 1.5
# A very large picture is first reduced to this many times the wanted side; the last filter loses nothing by that.
_FILTERED = 8
_CHANNELS = 3
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_photo(path: Path, size: int | None = None, data: bytes | None = None) -> NDArray[np.uint8]:
    """Read a photo as upright RGB.

    Transparent parts are laid over white (see `colours`), samples of more than 8 bits are scaled to 0..255 by the rule
    of `levels`, and of an animation the first frame that shows something is read (see `frames`).

    Args:
        path: The image file, with any suffix.
        size: Side in pixels of the square it is squeezed to, by bilinear filtering with antialiasing; None, the
            default, keeps the photo's own size.
        data: What the file holds, where that was read already; None, the default, reads the file.

    Returns:
        uint8 array of shape (height, width, 3), or (size, size, 3).

    Raises:
        PhotoError: The file is gone, damaged, too large, not an image, or may not be read.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "sunset.png")
        ...     Image.new("RGB", (300, 200), "orange").save(path)
        ...     pixels = read_photo(path, size=224)
        >>> pixels.shape, pixels.dtype, pixels[0, 0].tolist()
        ((224, 224, 3), dtype('uint8'), [255, 165, 0])
    """
    return decode_photo(path, size, data).pixels


def decode_photo(path: Path, size: int | None = None, data: bytes | None = None) -> DecodedPhoto:
    """Read a photo as `read_photo` does, and return its traits too."""
    try:
        with opened(path, data) as image:
            if size is not None:
                image.draft(None, _covering(size))
            with room_to_decode(image):
                shown = to_shown_frame(image, None if size is None else _filtered(size))
                pixels = shown.image
                if size is not None:
                    pixels = _squeezed(pixels, size)
                return _decoded(pixels, image, shown.traits)
    except NeedsHelperError:
        return helper_pool.decode(Task("photo", path, (size,)))


def decode_small(path: Path, size: int, data: bytes | None = None) -> SmallPhoto:
    """Decode a photo once, for the square that `read_photo` returns and for a thumbnail.

    Args:
        path: The image file, with any suffix.
        size: Side of the square in pixels.
        data: What the file holds, where that was read already; None, the default, reads the file.

    Raises:
        PhotoError: As `read_photo`.
    """
    try:
        with opened(path, data) as image:
            image.draft(None, _covering(size))
            with room_to_decode(image):
                shown = to_shown_frame(image, _filtered(size))
                square = _decoded(_squeezed(shown.image, size), image, shown.traits)
                shown.image.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BILINEAR)
                thumbnail = _decoded(shown.image, image, shown.traits)
                return SmallPhoto(thumbnail.pixels, square.pixels, thumbnail.traits)
    except NeedsHelperError:
        return helper_pool.decode_small(Task("small", path, (size,)))


def read_thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """Read a photo as upright RGB that fits within `size` x `size` pixels, its proportions kept; never enlarged.

    Args:
        path: The image file, with any suffix.
        size: Longest side of the result in pixels.

    Returns:
        uint8 array of shape (height, width, 3), the longer side at most `size`.

    Raises:
        PhotoError: As `read_photo`.
    """
    return decode_thumbnail(path, size).pixels


def decode_thumbnail(path: Path, size: int) -> DecodedPhoto:
    """Read a photo as `read_thumbnail` does, and return its traits too."""
    try:
        with opened(path) as image:
            # A JPEG is decoded at the half, quarter or eighth that is just large enough on both sides.
            share = size / max(image.size)
            width, height = math.ceil(image.width * share), math.ceil(image.height * share)
            image.draft(None, (width, height))
            with room_to_decode(image):
                shown = to_shown_frame(image, (_FILTERED * width, _FILTERED * height))
                shown.image.thumbnail((size, size), Image.Resampling.BILINEAR)
                return _decoded(shown.image, image, shown.traits)
    except NeedsHelperError:
        return helper_pool.decode(Task("thumbnail", path, (size,)))


def decode_through(image: ImageFile.ImageFile) -> None:
    """Read an opened photo to its end, as cheaply as its format allows, to verify that it can be decoded.

    A JPEG is decoded at an eighth of its size. A very large PNG is only checked against its checksums.

    Args:
        image: As opened.

    Raises:
        Exception: What Pillow raises for a damaged file.
    """
    if image.format == "PNG" and image.width * image.height > opening.LARGE_PIXELS:
        image.verify()
        return
    image.draft(None, (1, 1))
    with room_to_decode(image):
        image.load()


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1, upright, where the EXIF block is missing or damaged."""
    try:
        found = image.getexif().get(_ORIENTATION_TAG)
    except (OSError, *DAMAGED):
        return 1
    return found if isinstance(found, int) and 1 <= found <= len(_UPRIGHT) + 1 else 1


def _covering(size: int) -> tuple[int, int]:
    """Return the least width and height at which a JPEG is decoded for a square and the thumbnail."""
    side = max(math.ceil(_COVERED * size), THUMBNAIL_SIDE)
    return side, side


def _filtered(size: int) -> tuple[int, int]:
    """Return the least width and height that a very large picture is reduced to first."""
    side = _FILTERED * max(size, THUMBNAIL_SIDE)
    return side, side


def _squeezed(pixels: Image.Image, size: int) -> Image.Image:
    return pixels.resize((size, size), Image.Resampling.BILINEAR)


def _decoded(pixels: Image.Image, image: Image.Image, traits: Traits) -> DecodedPhoto:
    """Return `pixels` as RGB, turned by the EXIF orientation of `image`."""
    if is_one_colour(pixels):
        traits |= Traits.ONE_COLOUR
    turn = _UPRIGHT.get(orientation(image))
    upright = np.asarray(pixels if turn is None else pixels.transpose(turn))
    if upright.ndim == 2:
        return DecodedPhoto(np.repeat(upright[:, :, np.newaxis], _CHANNELS, axis=2), traits)
    return DecodedPhoto(np.array(upright), traits)
