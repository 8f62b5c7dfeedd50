"""One image file to upright sRGB pixels."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from tlgui.photos.pictures import helper_pool, opening
from tlgui.photos.pictures.colours import to_rgb
from tlgui.photos.pictures.helper_protocol import Task
from tlgui.photos.pictures.memory import room_to_decode
from tlgui.photos.pictures.opening import DAMAGED, NeedsHelperError, opened

_ORIENTATION_TAG = 0x0112
# Of a very large picture, so many pixels for one on each side leave the last filter all that can be told apart.
_FILTERED = 8
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


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
    try:
        with opened(path) as image:
            if size is not None:
                # Twice the size asked for leaves the final filter enough pixels to average over.
                image.draft(None, (2 * size, 2 * size))
            with room_to_decode(image):
                rgb = to_rgb(image, None if size is None else (_FILTERED * size, _FILTERED * size))
                if size is not None:
                    rgb = rgb.resize((size, size), Image.Resampling.BILINEAR)
                return np.array(_turned_upright(rgb, image))
    except NeedsHelperError:
        return helper_pool.read_pixels(Task("photo", path, (size,)))


def read_thumbnail(path: Path, size: int) -> NDArray[np.uint8]:
    """Read a photo as upright RGB that fits within `size` x `size` pixels, its proportions kept; never enlarged.

    Returns:
        uint8 array of shape (height, width, 3), the longer side at most `size`.

    Raises:
        PhotoError: As `read_photo`.
    """
    try:
        with opened(path) as image:
            # A JPEG is decoded at the half, quarter or eighth that is just large enough on both sides.
            share = size / max(image.size)
            width, height = math.ceil(image.width * share), math.ceil(image.height * share)
            image.draft(None, (width, height))
            with room_to_decode(image):
                rgb = to_rgb(image, (_FILTERED * width, _FILTERED * height))
                rgb.thumbnail((size, size), Image.Resampling.BILINEAR)
                return np.array(_turned_upright(rgb, image))
    except NeedsHelperError:
        return helper_pool.read_pixels(Task("thumbnail", path, (size,)))


def decode_through(image: ImageFile.ImageFile) -> None:
    """Read an opened photo through to its end, as cheaply as its format allows, to know that it can be used.

    A JPEG is decoded at an eighth of its size. A very large PNG is only checked against its checksums. Whatever is
    wrong with the photo is raised as Pillow puts it.
    """
    if image.format == "PNG" and image.width * image.height > opening.LARGE_PIXELS:
        image.verify()
        return
    image.draft(None, (1, 1))
    with room_to_decode(image):
        image.load()


def orientation(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; a damaged EXIF block turns nothing."""
    try:
        found = image.getexif().get(_ORIENTATION_TAG)
    except (OSError, *DAMAGED):
        return 1
    return found if isinstance(found, int) and 1 <= found <= len(_UPRIGHT) + 1 else 1


def _turned_upright(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return `pixels` turned as the EXIF orientation of `image` says."""
    turn = _UPRIGHT.get(orientation(image))
    return pixels if turn is None else pixels.transpose(turn)
