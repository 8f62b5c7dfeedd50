"""A decoded photo: its pixels, and what was found while they were decoded."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.facts import Traits


class DecodedPhoto(NamedTuple):
    """A photo as upright 8-bit sRGB.

    Args:
        pixels: uint8 array of shape (height, width, 3).
        traits: What is special about it.
    """

    pixels: NDArray[np.uint8]
    traits: Traits


class SmallPhoto(NamedTuple):
    """The small pictures that one decode of a photo gives, upright, 8-bit sRGB.

    Args:
        thumbnail: uint8 array of shape (height, width, 3), its proportions kept.
        square: What a network is given, uint8 array of shape (size, size, 3).
        traits: What is special about the photo.
    """

    thumbnail: NDArray[np.uint8]
    square: NDArray[np.uint8]
    traits: Traits
