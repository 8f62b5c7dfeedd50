"""Chooses the frame of an animation, or the page of a file, that is shown: the first one, unless it is blank."""

import contextlib

from PIL import Image, ImageFile

from tlgui.photos.pictures.colours import Shown, contrast, is_one_colour, to_shown
from tlgui.photos.pictures.opening import DAMAGED

MOST_FRAMES = 32
"""How many frames are decoded to find one that is not blank."""

# A frame with so many levels between its extremes is taken at once; of a slow fade-in, the clearest of the frames is.
_CLEAR_LEVELS = 64


def to_shown_frame(image: ImageFile.ImageFile, least: tuple[int, int] | None = None) -> Shown:
    """Decode a picture as `colours.to_shown` does; of one whose first frame is of one colour, another frame.

    Args:
        image: As opened.
        least: As of `to_shown`.
    """
    first = to_shown(image, least)
    if not getattr(image, "is_animated", False) or not is_one_colour(first.image):
        return first
    best, size = Shown(_kept(first.image, image), first.traits), image.size
    # EOFError comes after the last frame; of a file that is damaged later on, the frames before are sound.
    with contextlib.suppress(OSError, *DAMAGED):
        for number in range(1, MOST_FRAMES):
            image.seek(number)
            # The memory is reserved for the size of the first.
            if image.size != size:
                continue
            shown = to_shown(image, least)
            if contrast(shown.image) > contrast(best.image):
                best = Shown(_kept(shown.image, image), shown.traits)
            if contrast(best.image) >= _CLEAR_LEVELS:
                break
    return best


def _kept(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return pixels that the next frame does not replace."""
    return pixels.copy() if pixels is image else pixels
