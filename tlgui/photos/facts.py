"""What is known of one photo file beside its name: plain values that a scan and a closer look find out.

They are made by the hundred thousand each time a folder is read: named tuples take a third of the time that frozen
dataclasses do.
"""

from typing import NamedTuple

MINIATURE_SIDE = 16
"""Of a photo squashed to so many pixels a side, `near_copies` compares the luminance."""

MINIATURE_BYTES = MINIATURE_SIDE**2 + 3
"""A miniature: luminance row by row, 0..255, and then the photo's mean colour as RGB."""


class FileState(NamedTuple):
    """What the folder's listing says of a file; while it stays the same, so does what is known of the photo.

    Args:
        size: Bytes.
        changed_ns: When its content was last changed, in nanoseconds since 1970.
    """

    size: int
    changed_ns: int


class Look(NamedTuple):
    """What a closer look at the pixels of a photo found.

    Args:
        fingerprint: The perceptual hash, 64 bits: alike photos differ in few of them.
        brightness: The mean of its luminance, 0 (black) to 1 (white).
        highlights: What nineteen of twenty of its pixels are no brighter than, 0 to 1.
        sharpness: The energy of the Laplacian of its brightest channel (0..255) at a size of a few hundred pixels,
            where the photo is sharpest: a bird before a soft background is sharp, a blurred photo is so nowhere.
            Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (2000).
        digest: BLAKE2b of the file's bytes, 16 bytes long.
    """

    fingerprint: int
    brightness: float
    highlights: float
    sharpness: float
    digest: bytes


class PhotoFacts(NamedTuple):
    """What is known of one photo that can be used.

    Args:
        state: The file's state when this was found out.
        width: Pixels from left to right, upright.
        height: Pixels from top to bottom, upright.
        format: What the file is, whatever its name says, as Pillow calls it: "JPEG", "PNG", …
        taken: When it was taken by the camera's own clock, in seconds since 1970 as if that clock stood at UTC; None
            where the file does not say.
        camera: Maker, model and serial number as far as the file says; empty where it does not.
        look: What a closer look found, or None before it.
    """

    state: FileState
    width: int
    height: int
    format: str
    taken: float | None = None
    camera: str = ""
    look: Look | None = None
