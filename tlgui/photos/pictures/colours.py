"""Decoded pixels of any kind to 8-bit sRGB: profiles, printing colours, transparency and shades beyond 8 bits."""

import contextlib
import functools
import io

import numpy as np
from PIL import Image, ImageCms

from tlgui.photos.pictures.opening import DAMAGED

_LARGEST_SHADE = 1e30  # of floating-point pixels: differences of larger ones would overflow
_PROFILES_KEPT = 64
# What a profile says it is for, by the modes of pixels it can stand beside.
_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}


def to_rgb(image: Image.Image) -> Image.Image:
    """Decode all pixels and return them as 8-bit sRGB on white.

    Args:
        image: As opened; a colour profile in it is obeyed, and a damaged one ignored.
    """
    image.load()
    if image.mode == "F" or image.mode.startswith("I"):
        return _eight_bit(image).convert("RGB")
    if image.has_transparency_data:
        colours = image.convert("RGBA")
        opaque = _converted(colours.convert("RGB"), image)
        white = Image.new("RGB", colours.size, "white")
        return Image.composite(opaque, white, colours.getchannel("A"))
    return _converted(image.convert("RGB") if image.mode in {"P", "YCbCr"} else image, image)


def _converted(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return `pixels` as sRGB, from the colours that the profile of `image` says they are in."""
    profile = image.info.get("icc_profile")
    if pixels.mode == "LAB" or (isinstance(profile, bytes) and profile and pixels.mode in _SPACES):
        with contextlib.suppress(OSError, ImageCms.PyCMSError, *DAMAGED):
            transform = _transform(profile if isinstance(profile, bytes) else b"", pixels.mode)
            if transform is not None:
                return transform.apply(pixels)
    return pixels.convert("RGB")


# Reading a profile and working its table out takes longer than converting a small photo; cameras use few profiles.
@functools.lru_cache(_PROFILES_KEPT)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what converts pixels of a mode to sRGB; None where they are in sRGB, or the profile is not for them."""
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
