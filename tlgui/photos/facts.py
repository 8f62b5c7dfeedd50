"""What is known of one photo file beside its name: plain values that a scan and a closer look find out."""

from dataclasses import dataclass

MINIATURE_SIDE = 16


@dataclass(frozen=True, slots=True)
class FileState:
    """What the folder's listing says of a file; while it stays the same, so does what is known of the photo.

    Args:
        size: Bytes.
        changed_ns: When its content was last changed, in nanoseconds since 1970.
    """

    size: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Look:
    """What a closer look at the pixels of a photo found.

    Args:
        fingerprint: The perceptual hash, 64 bits: alike photos differ in few of them.
        brightness: The mean of its luminance, 0 (black) to 1 (white).
        sharpness: The energy of the Laplacian of its brightest channel (0..255) at a size of a few hundred pixels,
            where the photo is sharpest: a bird before a soft background is sharp, a blurred photo is so nowhere.
            Source: Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy" (2000).
        digest: BLAKE2b of the file's bytes, 16 bytes long.
        miniature: The luminance of the photo squashed to 16 x 16 pixels, upright, and after these 256 bytes its mean
            colour as RGB. It tells photos apart whose fingerprints are alike by chance.
    """

    fingerprint: int
    brightness: float
    sharpness: float
    digest: bytes
    miniature: bytes


@dataclass(frozen=True, slots=True)
class PhotoFacts:
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
