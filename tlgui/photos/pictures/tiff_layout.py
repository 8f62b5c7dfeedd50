"""How the samples of a TIFF file lie in it, and what they mean.

Source: Adobe, TIFF Revision 6.0, and TIFF Technical Note 3 for floating-point samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tlgui.photos.pictures.variants import UnsupportedVariantError

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIP_OFFSETS, SAMPLES, ROWS_IN_STRIP, STRIP_LENGTHS, LARGEST_SAMPLE, PLANAR = 273, 277, 278, 279, 281, 284
PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_LENGTHS, EXTRA, SAMPLE_FORMAT = 317, 322, 323, 324, 325, 338, 339

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
COLOURS = 3
_SEPARATE = 2
_KINDS = {1: "u", 2: "i", 3: "f", 4: "u"}  # of sample formats
_ALPHAS = frozenset({1, 2})  # of extra samples: premultiplied, and not
_BITS = {"u": frozenset({*range(1, 17), 32, 64}), "i": frozenset({8, 16, 32, 64}), "f": frozenset({16, 32, 64})}
_MOST_BANDS = 1024


@dataclass(frozen=True, slots=True)
class Layout:
    """The samples of a picture.

    Args:
        width: Pixels in a row.
        height: Rows.
        bands: Samples a pixel.
        bits: Bits a sample.
        kind: Their type, as in the names of NumPy: "u", "i" or "f".
        order: Their byte order, "<" or ">".
        photometric: What the first of them mean.
        extra: What the samples beyond those of the colours mean, as far as the file says.
        is_planar: Whether each band lies apart.
    """

    width: int
    height: int
    bands: int
    bits: int
    kind: str
    order: str
    photometric: int
    extra: tuple[int, ...]
    is_planar: bool

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the samples once they are unpacked."""
        return np.dtype(f"{self.order}{self.kind}{-(-self.bits // 8)}")

    @property
    def is_grey(self) -> bool:
        """Whether the first band is shown, and not the first three."""
        return self.photometric != RGB and self.bands not in {COLOURS, COLOURS + 1}

    @property
    def has_undeclared_band(self) -> bool:
        """Whether there is a fourth band of which the file does not say what it means."""
        return self.bands == COLOURS + 1 and not self.extra

    @property
    def has_alpha(self) -> bool:
        """Whether the band behind the colours is declared to be transparency."""
        return self.bands > self.colours and self.extra[:1] != () and self.extra[0] in _ALPHAS

    @property
    def colours(self) -> int:
        """How many bands are shown as colours."""
        return 1 if self.is_grey else COLOURS


def layout_of(tags: Mapping[int, Any], prefix: bytes) -> Layout:
    """Return the layout that the tags of a picture declare.

    Args:
        tags: As Pillow reads them.
        prefix: The byte order: b"II" or b"MM".

    Raises:
        UnsupportedVariantError: It cannot be read, or what its bands mean is unknown.
    """
    bands = int(tags.get(SAMPLES, 1))
    formats = set(_numbers(tags, SAMPLE_FORMAT, 1))
    layout = Layout(
        int(tags[WIDTH]),
        int(tags[HEIGHT]),
        bands,
        max(_numbers(tags, BITS, 1)),
        _KINDS.get(min(formats), ""),
        "<" if prefix == b"II" else ">",
        int(tags.get(PHOTOMETRIC, BLACK_IS_ZERO)),
        _numbers(tags, EXTRA, None),
        int(tags.get(PLANAR, 1)) == _SEPARATE,
    )
    if len(formats) > 1 or len(set(_numbers(tags, BITS, 1))) > 1:
        raise UnsupportedVariantError("has bands of different types")
    if not layout.kind or layout.bits not in _BITS[layout.kind]:
        kinds = {"u": "whole", "i": "signed", "f": "floating-point"}
        raise UnsupportedVariantError(f"has {kinds.get(layout.kind, 'complex')} samples of {layout.bits} bits")
    if int(tags.get(FILL_ORDER, 1)) != 1 and layout.bits % 8:
        raise UnsupportedVariantError("has its bits in reversed order")
    _check_bands(layout)
    return layout


def _check_bands(layout: Layout) -> None:
    if layout.photometric not in {WHITE_IS_ZERO, BLACK_IS_ZERO, RGB}:
        raise UnsupportedVariantError(f"has colours of the kind {layout.photometric} with {layout.bits} bits a sample")
    if not 1 <= layout.bands <= _MOST_BANDS or (layout.photometric == RGB and layout.bands < COLOURS):
        raise UnsupportedVariantError(f"has {layout.bands} bands, which are no colours")
    if layout.is_grey and layout.bands - len(layout.extra) > 2:
        raise UnsupportedVariantError(f"has {layout.bands} bands, and does not say which of them to show")


def _numbers(tags: Mapping[int, Any], tag: int, default: int | None) -> tuple[int, ...]:
    found = tags.get(tag, () if default is None else (default,))
    return tuple(map(int, found)) if isinstance(found, tuple) else (int(found),)
