"""Converts decoded pixels to 8-bit sRGB: colour profiles, CMYK and Lab, transparency, more than 8 bits a channel."""

import contextlib
import functools
import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tlgui.photos.pictures.opening import DAMAGED

REDUCED_PIXELS = 25_000_000
"""Pictures of more pixels may be reduced while they are converted."""

_STRIP_PIXELS = 1 << 20
_LEVELS_16_BIT = 1 << 16
_LARGEST_VALUE = 1e30  # of floating-point pixels: differences of larger ones would overflow
_PROFILES_KEPT = 64
# The colour space that a profile must have for pixels of a mode.
_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}


def to_rgb(image: Image.Image, least: tuple[int, int] | None = None) -> Image.Image:
    """Decode all pixels and return them as 8-bit sRGB on white.

    Besides the decoded pixels, which Pillow holds at once, and the result, it takes the memory for a strip of pixels. A
    very large picture is reduced strip by strip, each after its conversion, so that transparent and very bright pixels
    are averaged as they are seen.

    Args:
        image: As opened. Its colour profile is applied; a damaged one is ignored.
        least: The width and height that the result needs. A picture of more than `REDUCED_PIXELS` is reduced, to no
            less than that, by averaging squares of pixels; None, the default, keeps every pixel.

    Returns:
        An image of mode "RGB".
    """
    image.load()
    if image.mode == "RGB" and not image.has_transparency_data and not _profile(image):
        return image
    convert = _conversion(image)
    pixels = image.width * image.height
    if pixels <= _STRIP_PIXELS:
        return _as_rgb(convert(image))
    factor = 1
    if least is not None and pixels > REDUCED_PIXELS:
        factor = max(1, min(image.width // least[0], image.height // least[1]))
    result = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)))
    rows = max(1, _STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        strip = convert(image.crop((0, top, image.width, min(top + rows, image.height))))
        result.paste(_as_rgb(strip.reduce(factor) if factor > 1 else strip), (0, top // factor))
    return result


def _conversion(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """Return the function that converts a decoded picture, or a part of it, to 8-bit sRGB on white or 8-bit grey."""
    if image.mode == "F" or image.mode.startswith("I"):
        scaled = _scaling(image)
        return lambda part: Image.fromarray(scaled(part))
    if image.has_transparency_data:
        return _on_white
    return lambda part: _converted(part.convert("RGB") if part.mode in {"P", "YCbCr"} else part, part)


def _on_white(image: Image.Image) -> Image.Image:
    colours = image.convert("RGBA")
    opaque = _converted(colours.convert("RGB"), image)
    white = Image.new("RGB", colours.size, "white")
    return Image.composite(opaque, white, colours.getchannel("A"))


def _converted(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return `pixels` as sRGB, converted by the profile of `image`."""
    profile = _profile(image)
    if pixels.mode == "LAB" or (profile and pixels.mode in _SPACES):
        with contextlib.suppress(OSError, ImageCms.PyCMSError, *DAMAGED):
            transform = _transform(profile, pixels.mode)
            if transform is not None:
                return transform.apply(pixels)
    return _as_rgb(pixels)


def _as_rgb(pixels: Image.Image) -> Image.Image:
    # Pillow would copy an RGB image.
    return pixels if pixels.mode == "RGB" else pixels.convert("RGB")


def _profile(image: Image.Image) -> bytes:
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else b""


# Building a transform takes longer than converting a small photo; cameras use few profiles.
@functools.lru_cache(_PROFILES_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of a mode to sRGB; None where the profile is sRGB, or for another colour space."""
    if mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    else:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        description = source.profile.profile_description or ""
        if source.profile.xcolor_space.strip() != _SPACES[mode] or description.startswith("sRGB"):
            return None
    return ImageCms.buildTransform(source, _srgb(), mode, "RGB")


@functools.cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _scaling(image: Image.Image) -> Callable[[Image.Image], NDArray[np.uint8]]:
    """Return the function that scales pixels of more than 8 bits to 0..255; Pillow's conversion would clip them.

    Args:
        image: The whole picture: its extreme values decide what black and white are.
    """
    if image.mode.startswith("I;16"):
        table = _scaled(np.arange(_LEVELS_16_BIT, dtype=np.float32), 0, _LEVELS_16_BIT - 1)
        return lambda part: table[np.asarray(part)]
    low, high = 0.0, 0.0
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        values = _values(image.crop((0, top, image.width, min(top + rows, image.height))))
        low, high = min(low, float(values.min())), max(high, float(values.max()))
    if low == 0 and 255 < high <= _LEVELS_16_BIT - 1:
        high = _LEVELS_16_BIT - 1
    elif image.mode == "F" and low == 0 and high <= 1:
        high = 1
    elif low == 0 and high <= 255:
        high = 255
    return lambda part: _scaled(_values(part), low, high)


def _values(image: Image.Image) -> NDArray[np.float32]:
    """Return pixels as finite float32."""
    values = np.nan_to_num(np.asarray(image, np.float32), posinf=0, neginf=0)
    bounded: NDArray[np.float32] = values.clip(-_LARGEST_VALUE, _LARGEST_VALUE)
    return bounded


def _scaled(values: NDArray[np.float32], low: float, high: float) -> NDArray[np.uint8]:
    scaled = (values / (high - low) - low / (high - low)) * 255 + 0.5
    shades: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
    return shades
