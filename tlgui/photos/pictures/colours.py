"""Converts decoded pixels to 8-bit sRGB or grey: profiles, CMYK and Lab, transparency, more than 8 bits a channel.

Transparent parts are laid over white, as viewers do. Where that would leave a single colour, as of white shapes, they
are laid over black, so that there is something to see.
"""

import contextlib
import functools
import io
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

from tlgui.photos.facts import Traits
from tlgui.photos.pictures.levels import Range, extremes_of, range_of
from tlgui.photos.pictures.opening import DAMAGED

REDUCED_PIXELS = 25_000_000
"""Pictures of more pixels may be reduced while they are converted."""

ONE_COLOUR_LEVELS = 8
"""A picture is of one colour where none of its channels has more levels, of 0..255, between its extremes."""

_FEW_PIXELS = (16, 16)
_STRIP_PIXELS = 1 << 20
_PROFILES_KEPT = 64
# The colour space that a profile must have for pixels of a mode.
_SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
# Of 16-bit colours Pillow keeps the upper bytes, and the lower ones where it is told another byte order.
_LOWER_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
_UPPER_BYTE_OF_14_BITS = 0x3F
_COLOURS = 3
# Tags of TIFF.
_BITS, _LARGEST_SAMPLE = 258, 281
_WHITE_16_BIT = 0xFFFF


class Shown(NamedTuple):
    """A converted picture.

    Args:
        image: Of mode "RGB", or "L" where it is grey.
        traits: What is special about it.
    """

    image: Image.Image
    traits: Traits = Traits.NONE


def to_shown(image: ImageFile.ImageFile | Image.Image, least: tuple[int, int] | None = None) -> Shown:
    """Decode all pixels and return them as 8-bit sRGB or grey.

    Besides the decoded pixels, which Pillow holds at once, and the result, it takes the memory for a strip of pixels. A
    very large picture is reduced strip by strip, each after its conversion, so that transparent and very bright pixels
    are averaged as they are seen.

    Args:
        image: As opened. Its colour profile is applied; a damaged one is ignored.
        least: The width and height that the result needs. A picture of more than `REDUCED_PIXELS` is reduced, to no
            less than that, by averaging squares of pixels; None, the default, keeps every pixel.

    Returns:
        The picture; `image` itself where nothing is to be converted.

    Example:
        >>> to_shown(Image.new("CMYK", (20, 10), (0, 255, 255, 0))).image.getpixel((0, 0))
        (255, 0, 0)
    """
    tile = getattr(image, "tile", None)
    rawmode = tile[0].args if tile else None
    stream: Any = getattr(image, "fp", None)
    image.load()
    if isinstance(image, PngImagePlugin.PngImageFile) and rawmode in _LOWER_BYTES:
        image, traits = _with_lower_bytes(image, stream, _LOWER_BYTES[rawmode])
    else:
        traits = Traits.PARTIAL_RANGE if getattr(image, "is_partial_range", False) else Traits.NONE
    if image.mode in {"RGB", "L"} and not image.has_transparency_data and not _profile(image):
        return Shown(image, traits)
    convert, more = _conversion(image)
    pixels = image.width * image.height
    if pixels <= _STRIP_PIXELS:
        return Shown(convert(image), traits | more)
    factor = 1
    if least is not None and pixels > REDUCED_PIXELS:
        factor = max(1, min(image.width // least[0], image.height // least[1]))
    result: Image.Image | None = None
    for top, strip in _strips(image, factor):
        shown = convert(strip)
        shown = shown.reduce(factor) if factor > 1 else shown
        if result is None:
            result = Image.new(shown.mode, (shown.width, -(-image.height // factor)))
        result.paste(shown, (0, top // factor))
    return Shown(image if result is None else result, traits | more)


def is_one_colour(image: Image.Image) -> bool:
    """Return whether a picture of mode "RGB" or "L" has a single colour to the eye.

    Example:
        >>> is_one_colour(Image.new("RGB", (30, 20), "navy"))
        True
    """
    # A few pixels tell nearly every picture from one of one colour, in a twentieth of the time of all.
    few = image.resize(_FEW_PIXELS, Image.Resampling.NEAREST)
    return contrast(few) <= ONE_COLOUR_LEVELS and contrast(image) <= ONE_COLOUR_LEVELS


def contrast(image: Image.Image) -> int:
    """Return the most levels between the extremes of a channel, 0 to 255."""
    extrema = image.getextrema()
    pairs = extrema if isinstance(extrema[0], tuple) else (extrema,)
    return int(max(high - low for low, high in pairs))


def _strips(image: Image.Image, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield parts of a picture with their first rows; all but the last have a multiple of `factor` rows."""
    rows = max(1, _STRIP_PIXELS // image.width // factor) * factor
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _conversion(image: Image.Image) -> tuple[Callable[[Image.Image], Image.Image], Traits]:
    """Return the function that converts a decoded picture, or a part of it, to 8-bit sRGB or grey."""
    if image.mode == "F" or image.mode.startswith("I"):
        levels = _levels(image)
        traits = Traits.PARTIAL_RANGE if levels.is_partial else Traits.NONE
        return lambda part: Image.fromarray(levels.scaled(np.asarray(part))), traits
    if image.has_transparency_data:
        ground = _ground(image)
        return lambda part: _laid_over(part, image, ground), Traits.NONE
    if image.mode == "1":
        return lambda part: part.convert("L"), Traits.NONE
    return lambda part: _converted(part.convert("RGB") if part.mode in {"P", "YCbCr"} else part, image), Traits.NONE


def _ground(image: Image.Image) -> tuple[int, int, int]:
    """Return the colour that transparent parts are laid over: white, or black where only white would be seen."""
    for _, strip in _strips(image):
        extrema = _laid_over(strip, image, _WHITE).getextrema()
        if min(low for low, _ in extrema) < _WHITE[0] - ONE_COLOUR_LEVELS:  # type: ignore[misc]
            return _WHITE
    return _BLACK


def _laid_over(part: Image.Image, image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    colours = part.convert("RGBA")
    opaque = _converted(colours.convert("RGB"), image)
    return Image.composite(opaque, Image.new("RGB", colours.size, ground), colours.getchannel("A"))


def _converted(pixels: Image.Image, image: Image.Image) -> Image.Image:
    """Return `pixels` as sRGB, converted by the profile of `image`."""
    profile = _profile(image)
    if pixels.mode == "LAB" or (profile and pixels.mode in _SPACES):
        with contextlib.suppress(OSError, ImageCms.PyCMSError, *DAMAGED):
            transform = _transform(profile, pixels.mode)
            if transform is not None:
                return transform.apply(pixels)
    return pixels if pixels.mode in {"RGB", "L"} else pixels.convert("RGB")


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


def _levels(image: Image.Image) -> Range:
    """Return the range of the samples of a grey picture of more than 8 bits."""
    if image.mode == "I;16":
        return range_of(*image.getextrema(), declared=_declared(image))
    found = [extremes_of(np.asarray(strip)) for _, strip in _strips(image)]
    return range_of(
        min(extremes.low for extremes in found),
        max(extremes.high for extremes in found),
        is_float=image.mode == "F",
        has_fractions=any(extremes.has_fractions for extremes in found),
        declared=_declared(image),
    )


def _declared(image: Image.Image) -> float | None:
    """Return the white level that a file declares, or None."""
    tags = getattr(image, "tag_v2", None)
    if tags is None:
        return None
    (width, *_), largest = tags.get(_BITS, (16,)), tags.get(_LARGEST_SAMPLE)
    largest = largest[0] if isinstance(largest, tuple) and largest else largest
    if isinstance(largest, int) and 0 < largest < _WHITE_16_BIT:
        return float(largest)
    return float((1 << width) - 1) if width < 16 else None


def _with_lower_bytes(image: PngImagePlugin.PngImageFile, stream: BinaryIO, rawmode: str) -> tuple[Image.Image, Traits]:
    """Return a picture of 16-bit colours at 8 bits; where they use fewer than 16, by their lower bytes too."""
    extrema = [pair for pair in image.getextrema() if isinstance(pair, tuple)]
    if max(high for _, high in extrema[:_COLOURS]) > _UPPER_BYTE_OF_14_BITS:
        return image, Traits.NONE
    stream.seek(0)
    lower = PngImagePlugin.PngImageFile(stream)
    lower.tile = [tile._replace(args=rawmode) for tile in lower.tile]
    lower.load()
    high = max(int(_wide(upper, lower, top).max()) for top, upper in _strips(image))
    levels = range_of(0, high, is_grey=False)
    result = image.copy()
    for top, upper in _strips(image):
        shown = Image.fromarray(levels.scaled(_wide(upper, lower, top)))
        if image.mode == "RGBA":
            shown.putalpha(upper.getchannel("A"))
        result.paste(shown, (0, top))
    return result, Traits.PARTIAL_RANGE if levels.is_partial else Traits.NONE


def _wide(upper: Image.Image, lower: Image.Image, top: int) -> NDArray[np.uint16]:
    """Return the 16-bit colours of a strip that begins at the row `top`."""
    beside = lower.crop((0, top, upper.width, top + upper.height))
    high, low = (np.asarray(part)[:, :, :_COLOURS].astype(np.uint16) for part in (upper, beside))
    wide: NDArray[np.uint16] = np.bitwise_or(high << 8, low, dtype=np.uint16)
    return wide
