"""Scales samples of more than 8 bits to 0..255, by one rule for training, prediction, thumbnails and the closer look.

The rule takes nothing but the file into account, so a file always gives the same pixels. Black is 0, and white is

1. the level that a TIFF file declares: its bits a sample where they are fewer than 16, or `MaxSampleValue`, unless the
   brightest sample exceeds it;
2. without one, the largest value of 8, 10, 12, 14 or 16 bits, the depths of sensors, whichever is the first to hold the
   brightest sample: a file that uses all 16 bits is divided by 256, as viewers do, and one that holds 12 bits is not
   shown nearly black;
3. 1 for floating-point samples from 0 to 1, the largest value of 32 bits for samples that use them all, and else, with
   fractions or beyond 16 bits, the brightest sample.

Grey samples that fill less than a quarter of that range and do not begin at 0, such as temperatures, are stretched from
the darkest to the brightest; negative ones too. The health report lists the photos that do not use the full range of
their type. For photos of 10 or 12 bits in 16-bit files, 58 % of predictions were right while every file was divided by
256; with 8-bit copies of them 87.5 % were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_DEPTHS = (8, 10, 12, 14, 16)
_WHITE_8_BIT, _WHITE_16_BIT, _WHITE_32_BIT = 0xFF, 0xFFFF, 0xFFFFFFFF
# A shift takes a fifth of the time that a table takes.
_SHIFTS: dict[float, int] = {(1 << bits) - 1: bits - 8 for bits in range(8, 17)}
_LARGEST_VALUE = 1e30  # of floating-point samples: differences of larger ones would overflow
_FILLED_SHARE = 0.25
# Samples of so many bytes are looked up in a table.
_TABLE_ITEM_BYTES = 2
_BLOCK_SAMPLES = 1 << 20


@dataclass(frozen=True, slots=True)
class Range:
    """The samples that become black and white.

    Args:
        low: Black.
        high: White, more than `low`.
        is_partial: Whether that is less than the range of the samples' type; False by default.
    """

    low: float
    high: float
    is_partial: bool = False

    def scaled(self, samples: NDArray[Any]) -> NDArray[np.uint8]:
        """Return samples as 0..255, of the same shape.

        Args:
            samples: Of any numeric type; what is not finite becomes black.

        Example:
            >>> Range(0, 4095).scaled(np.array([0, 2048, 4095, 5000], np.uint16)).tolist()
            [0, 128, 255, 255]
        """
        result = np.empty(samples.shape, np.uint8)
        for rows in _blocks(samples):
            result[rows] = self._block(samples[rows])
        return result

    def _block(self, samples: NDArray[Any]) -> NDArray[np.uint8]:
        if samples.dtype.kind != "u" or samples.itemsize > _TABLE_ITEM_BYTES:
            return self._scaled(finite(samples))
        samples = samples.astype(np.uint16, copy=False)
        shift = _SHIFTS.get(self.high) if self.low == 0 else None
        if shift is not None:
            shifted: NDArray[np.uint8] = np.minimum(samples >> shift, _WHITE_8_BIT).astype(np.uint8)
            return shifted
        table = self._scaled(np.arange(_WHITE_16_BIT + 1, dtype=np.float32))
        return np.asarray(table[samples], np.uint8)

    def _scaled(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        span = self.high - self.low
        scaled = (values / span - self.low / span) * 255 + 0.5
        levels: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
        return levels


def range_of(
    low: float,
    high: float,
    *,
    is_float: bool = False,
    has_fractions: bool = False,
    declared: float | None = None,
    is_grey: bool = True,
) -> Range:
    """Return the range of a picture's samples by the rule of this module.

    Args:
        low: Its darkest sample.
        high: Its brightest sample.
        is_float: Whether its samples are floating-point numbers; False by default.
        has_fractions: Whether some of them are not whole numbers; False by default.
        declared: The white level that the file declares; None, the default, where it does not.
        is_grey: Whether it has one channel, True by default. Those of a colour photo keep their proportions.

    Example:
        >>> range_of(3, 900)
        Range(low=0, high=1023, is_partial=True)
        >>> range_of(3, 60000)
        Range(low=0, high=65535, is_partial=False)
        >>> range_of(28000, 31000)
        Range(low=28000, high=31000, is_partial=True)
    """
    if low < 0:
        return Range(low, max(high, 0), is_partial=True)
    # Masks are 0 and 1 without fractions.
    has_fractions = has_fractions or (is_float and high <= 1)
    white = _white(high, has_fractions=has_fractions, declared=declared)
    if is_grey and white != declared and 0 < low < high and high - low < _FILLED_SHARE * white:
        return Range(low, high, is_partial=True)
    is_full = has_fractions or high == 0 or white == declared or white >= _WHITE_16_BIT
    return Range(0, white, is_partial=not is_full)


def _white(high: float, *, has_fractions: bool, declared: float | None) -> float:
    if declared is not None and high <= declared:
        return declared
    if has_fractions:
        return max(high, 1)
    if high == 0:
        return _WHITE_16_BIT
    if high >= 1 << 31:
        return _WHITE_32_BIT
    return next(((1 << bits) - 1 for bits in _DEPTHS if high < 1 << bits), high)


class Extremes(NamedTuple):
    """What decides the range of a picture's samples.

    Args:
        low: The darkest sample.
        high: The brightest sample.
        has_fractions: Whether some are not whole numbers.
    """

    low: float
    high: float
    has_fractions: bool


def extremes_of(samples: NDArray[Any]) -> Extremes:
    """Return the extremes of samples; those that are not finite count as 0.

    Args:
        samples: Of any numeric type and shape, at least one.
    """
    low, high, has_fractions = np.inf, -np.inf, False
    is_float = samples.dtype.kind == "f"
    for rows in _blocks(samples):
        block = finite(samples[rows]) if is_float else samples[rows]
        low, high = min(low, float(block.min())), max(high, float(block.max()))
        has_fractions = has_fractions or (is_float and bool((block != np.round(block)).any()))
    return Extremes(low, high, has_fractions)


def finite(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Return samples as float32, those that are not finite as 0.

    Args:
        samples: Of any numeric type and shape.
    """
    values = np.nan_to_num(np.asarray(samples, np.float32), posinf=0, neginf=0)
    bounded: NDArray[np.float32] = values.clip(-_LARGEST_VALUE, _LARGEST_VALUE)
    return bounded


def _blocks(samples: NDArray[Any]) -> Iterator[slice]:
    """Yield slices of the first axis, so that what is computed beside the samples takes little memory."""
    in_row = samples[:1].size or 1
    step = max(1, _BLOCK_SAMPLES // in_row)
    yield from (slice(start, start + step) for start in range(0, len(samples), step))
