"""The facts about one photo file that a scan and a closer look find.

They are named tuples, which take a third of the time that frozen dataclasses take: each scan makes one for every photo,
and a collection may have 100,000.
"""

from enum import IntFlag
from typing import NamedTuple

MINIATURE_SIDE = 16
"""The side in pixels of the miniature whose luminance `near_copies` compares."""

MINIATURE_BYTES = MINIATURE_SIDE**2 + 3
"""The length of a miniature: its luminance row by row, 0..255, and then the photo's mean colour as RGB."""


class FileState(NamedTuple):
    """The size and time of a file in the folder's listing; while both stay the same, its facts are valid.

    Args:
        size: Bytes.
        changed_ns: When its content was last changed, in nanoseconds since 1970.
    """

    size: int
    changed_ns: int


class Traits(IntFlag):
    """What is special about the pixels of a photo."""

    NONE = 0
    ONE_COLOUR = 1  # nothing else is to be seen
    PARTIAL_RANGE = 2  # more than 8 bits a sample, of which a part is used; see `pictures.levels`


class Look(NamedTuple):
    """The result of a closer look at the pixels of a photo.

    Args:
        fingerprint: The perceptual hash, 64 bits: similar photos differ in few of them.
        brightness: The mean luminance, 0 (black) to 1 (white).
        highlights: The 95th percentile of luminance, 0 to 1.
        sharpness: The energy of the Laplacian of its brightest channel (0..255) at a size of a few hundred pixels,
            in the sharpest region: a bird before a soft background is sharp there, a blurred photo is sharp nowhere.
            Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (2000).
        digest: BLAKE2b of the file's bytes, 16 bytes long.
        traits: What is special about its pixels.
    """

    fingerprint: int
    brightness: float
    highlights: float
    sharpness: float
    digest: bytes
    traits: Traits = Traits.NONE


class PhotoFacts(NamedTuple):
    """The facts about one usable photo.

    Args:
        state: The file's state when it was read.
        width: In pixels, after the rotation that the file asks for.
        height: In pixels, after that rotation.
        format: The format by the file's content, as Pillow names it: "JPEG", "PNG", …
        taken: When it was taken, in seconds since 1970 with the camera's local time read as UTC; None where the file
            has no time.
        camera: Maker, model and serial number as far as the file has them; may be empty.
        look: The result of the closer look; None before it.
    """

    state: FileState
    width: int
    height: int
    format: str
    taken: float | None = None
    camera: str = ""
    look: Look | None = None
