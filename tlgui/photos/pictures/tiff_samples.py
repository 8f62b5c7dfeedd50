"""Reads TIFF files whose samples Pillow does not read, or not as viewers show them, as a plugin of Pillow.

These are files with more than 8 bits a sample in which white is 0, 32-bit unsigned samples, colours of more than 8 bits
(Pillow keeps their upper 8, so that those of 12 bits come out nearly black), floating-point colours, a fourth band that
is not declared to be transparency, and further bands. Files in which the meaning of the bands is unknown are refused
with that reason. The others are left to Pillow.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, TiffImagePlugin
from typing_extensions import override

from tlgui.photos.pictures import tiff_layout as tag
from tlgui.photos.pictures.formats import is_tiff
from tlgui.photos.pictures.levels import Range, extremes_of, range_of
from tlgui.photos.pictures.tiff_blocks import blocks, check_compression, check_libtiff
from tlgui.photos.pictures.tiff_layout import COLOURS, RGB, WHITE_IS_ZERO, Layout, layout_of
from tlgui.photos.pictures.variants import UnsupportedVariantError

NAME = "SAMPLES"
MOST_BYTES = 512 << 20
"""Of all samples together; larger files are left to Pillow."""

_BIG_TIFF = 43
_PROFILE = 34675
_EIGHT_BITS, _FULL_BITS = 8, 32
# A band counts as a mask where so many of its samples are its darkest or its brightest.
_MASK_SHARE = 0.99
# What Pillow raises for a TIFF file that it does not read.
_REFUSALS = (ArithmeticError, LookupError, OSError, SyntaxError, TypeError, ValueError)


class TiffSamples(ImageFile.ImageFile):
    """A TIFF file that is read here; opening raises SyntaxError for one that Pillow reads."""

    format = "TIFF"
    format_description = "TIFF with samples that Pillow does not read"
    _close_exclusive_fp_after_loading = False

    @override
    def _open(self) -> None:
        stream: Any = self.fp
        head = stream.read(16)
        self._is_big = _BIG_TIFF in head[2:4]
        self.tag_v2 = TiffImagePlugin.ImageFileDirectory_v2(head if self._is_big else head[:8])
        self._directory_at = self.tag_v2.next
        stream.seek(self._directory_at)
        self.tag_v2.load(stream)
        check_libtiff(self.tag_v2)
        is_known = _is_known_to_pillow(stream)
        if is_known and not _is_shown_wrong(self.tag_v2):
            raise SyntaxError("left to Pillow")
        try:
            check_compression(self.tag_v2)
            self._layout = layout_of(self.tag_v2, self.tag_v2.prefix)
        except UnsupportedVariantError as error:
            raise SyntaxError("left to Pillow") if is_known else error from error
        self._size = self._layout.width, self._layout.height
        self._mode = "L" if self._layout.is_grey else "RGB"
        self.is_partial_range = False
        self.working_bytes = self.width * self.height * self._layout.bands * self._layout.dtype.itemsize
        if self.working_bytes > MOST_BYTES:
            raise SyntaxError("left to Pillow") if is_known else MemoryError
        if isinstance(profile := self.tag_v2.get(_PROFILE), bytes):
            self.info["icc_profile"] = profile
        self._is_decoded = False

    @override
    def load(self) -> Any:
        if not self._is_decoded:
            image, self.is_partial_range = _shown(self._samples(), self._layout, self.tag_v2.get(tag.LARGEST_SAMPLE))
            self._mode, self.im, self._is_decoded = image.mode, image.im, True
        return super().load()

    @override
    def getexif(self) -> Image.Exif:
        exif = Image.Exif()
        exif.endian = "<" if self.tag_v2.prefix == b"II" else ">"
        exif.bigtiff = self._is_big
        exif.load_from_fp(self.fp, self._directory_at)  # type: ignore[arg-type]
        return exif

    def _samples(self) -> NDArray[Any]:
        """Return the bands that are shown, of shape (height, width, bands)."""
        layout = self._layout
        shown = min(layout.bands, layout.colours + (layout.has_alpha or layout.has_undeclared_band))
        samples = np.zeros((layout.height, layout.width, shown), layout.dtype.newbyteorder("="))
        for block in blocks(self.fp, self.tag_v2, layout):  # type: ignore[arg-type]
            height, width, bands = block.samples.shape
            place = samples[block.top : block.top + height, block.left : block.left + width, block.band :][:, :, :bands]
            place[...] = block.samples[: place.shape[0], : place.shape[1], : place.shape[2]]
        return samples


def register() -> None:
    """Make Pillow open such files in this process, as the format `NAME`."""
    Image.register_open(NAME, TiffSamples, is_tiff)


def _is_known_to_pillow(stream: Any) -> bool:  # noqa: ANN401 - what Pillow was given
    stream.seek(0)
    try:
        TiffImagePlugin.TiffImageFile(stream)
    except _REFUSALS:
        return False
    return True


def _is_shown_wrong(tags: Any) -> bool:  # noqa: ANN401 - Pillow's tags
    """Return whether Pillow decodes a picture to other pixels than viewers show."""
    bits = tags.get(tag.BITS, (1,))[0]
    photometric, bands = tags.get(tag.PHOTOMETRIC, WHITE_IS_ZERO), tags.get(tag.SAMPLES, 1)
    if photometric == RGB:
        return bool(bits > _EIGHT_BITS or (bands == COLOURS + 1 and tag.EXTRA not in tags))
    if photometric == WHITE_IS_ZERO:
        return bool(bits > _EIGHT_BITS)
    return bool(bits == _FULL_BITS and tags.get(tag.SAMPLE_FORMAT, (1,))[0] == 1)


def _shown(samples: NDArray[Any], layout: Layout, largest: Any) -> tuple[Image.Image, bool]:  # noqa: ANN401 - a tag
    """Return the picture that samples show, and whether they fill a part of their range only."""
    colours = samples[:, :, : layout.colours]
    found = extremes_of(colours)
    levels = range_of(
        found.low,
        found.high,
        is_float=layout.kind == "f",
        has_fractions=found.has_fractions,
        declared=_declared(layout, largest),
        is_grey=layout.is_grey,
    )
    shades = levels.scaled(colours)
    if layout.photometric == WHITE_IS_ZERO:
        shades = 255 - shades
    alpha = _alpha(samples, layout)
    if alpha is None:
        return Image.fromarray(shades[:, :, 0] if layout.is_grey else shades), levels.is_partial
    if layout.is_grey:
        shades = np.repeat(shades, COLOURS, axis=2)
    return Image.fromarray(np.concatenate([shades, alpha], axis=2)), levels.is_partial


def _declared(layout: Layout, largest: Any) -> float | None:  # noqa: ANN401 - a tag
    if isinstance(largest, tuple):
        largest = max(largest, default=None)
    if layout.kind == "u" and layout.bits < 16:
        return float((1 << layout.bits) - 1)
    return float(largest) if isinstance(largest, int) and 0 < largest < (1 << layout.bits) - 1 else None


def _alpha(samples: NDArray[Any], layout: Layout) -> NDArray[np.uint8] | None:
    """Return the transparency, of shape (height, width, 1).

    A band behind three colours that is not declared counts only where it looks like a mask; else it may be infrared.
    """
    if samples.shape[2] == layout.colours:
        return None
    band = samples[:, :, layout.colours :]
    low, high, _ = extremes_of(band)
    if high <= 0:
        return None
    if not layout.has_alpha and ((band == low) | (band == high)).mean() < _MASK_SHARE:
        return None
    return (range_of(0, high) if layout.kind != "f" else Range(0, high)).scaled(band)
