"""Finds near copies in near-linear time: the perceptual hash selects pairs, and miniatures of 16 pixels confirm them.

Two hashes that differ in few bits agree in one of their four quarters but for at most one bit, so only photos with such
a quarter are compared (Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing", 2012), and
each with a bounded number of them. A photo costs 1.2 to 1.8 times as much among 100,000 as among 10,000 where the
photos differ, and 1.2 to 1.3 times as much where they show 20 scenes.

Hashes of different photos can be close by chance; the correlation of the miniatures separates those. Pairs with close
hashes that the miniatures reject (cropped, recoloured, the next shot) are returned as pairs in doubt, which
`health/feature_confirmation.py` may confirm by cached features of a backbone. A confirmation changes the report only:
the split must be the same before the first training and after it.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.facts import MINIATURE_SIDE

# Of seven differing bits, one quarter has at most one; of eight, in all but a few pairs in a hundred.
_MOST_BITS = 8
# The quarters find three in four pairs with ten differing bits, on photos of flowers; twelve give five times the pairs.
_MOST_BITS_IN_DOUBT = 10
_QUARTER_BITS = 16
_LUMINANCE_BYTES = MINIATURE_SIDE**2
# Bounds that keep the time linear where very many photos are similar, as those of a fixed camera. A photo is compared
# with the first 12 others that have a quarter, until 12 near copies are found or 96 miniatures were compared.
_NEIGHBOURS = 12
_MOST_TRIED = 96
_AT_ONCE = 2_000
_MOST_IN_DOUBT = 50_000
# A photo close to more than these shows a common kind of thing, such as shoes on white, which hashes do not separate.
_MOST_CLOSE = 3
# A pair in doubt is packed into one number, by which pairs are sorted: differing bits, later index, earlier index.
_PLACE_BITS = 30
_PLACE = np.uint64(2**_PLACE_BITS - 1)
# Standard deviation of a miniature, in levels of 0..255. The hash of a photo with less, such as a sky, is noise.
_PLAIN_CONTRAST = 6.0
# Correlations of miniatures above which two photos are near copies: by itself, or with a mean difference of few levels.
# Chosen on photos of flowers and on Fashion-MNIST, where two shoes may differ in their laces alone.
_SAME_PATTERN = 0.975
_NEARLY_SAME_PATTERN = 0.93
_SMALL_DIFFERENCE = 12.0
# Largest difference of the mean colours' deviations from grey: a shirt in another colour is another picture.
_SAME_TINT = 24.0


Places = NDArray[np.int32]
"""Indices of photos; 32 bits, because there may be a million pairs at a time."""


class Pairs(NamedTuple):
    """Pairs of photos by index: the earlier ones, the later ones, and the number of differing bits."""

    first: Places
    second: Places
    bits: NDArray[np.uint8]

    def where(self, which: NDArray[np.bool_]) -> "Pairs":
        """Return the pairs that a mask selects, in the same order."""
        return Pairs(self.first[which], self.second[which], self.bits[which])


class Alike(NamedTuple):
    """The result of a search, by the photos' indices.

    Args:
        leaders: For each near copy of an earlier photo, the first photo of its group.
        in_doubt: Pairs whose hashes are close and whose miniatures are not, the earlier photo first; the closest pairs
            first. No photo of them is plain, or close to more than three others.
    """

    leaders: dict[int, int]
    in_doubt: list[tuple[int, int]]


def find_alike(fingerprints: Sequence[int], miniatures: NDArray[np.uint8]) -> Alike:
    """Find the near copies of earlier photos; later photos never change what is found of the earlier ones.

    Args:
        fingerprints: The perceptual hash of each photo, 64 bits.
        miniatures: One row for each photo, uint8 of shape (number of photos, `MINIATURE_BYTES`).
    """
    count = len(fingerprints)
    if count < 2:
        return Alike({}, [])
    prints = np.fromiter(fingerprints, np.uint64, count)
    seen = _Miniatures(miniatures)
    near, in_doubt = _searched(prints, seen)
    leaders: dict[int, int] = {}
    for place, earlier in _by_later(near):
        leading = [other for other in earlier if other not in leaders]
        if not leading:
            # The bounds leave pairs out: the photo may still be a near copy of the leaders of its near copies.
            others = np.array(sorted({leaders[other] for other in earlier}), np.int32)
            close = np.bitwise_count(prints[others] ^ prints[place]) <= _MOST_BITS
            others = others[close]
            leading = others[seen.are_alike(others, np.full_like(others, place))].tolist()
        if leading:
            leaders[place] = min(leading)
    return Alike(leaders, in_doubt)


class _Doubts:
    """The closest of the pairs in doubt, without duplicates.

    Args:
        is_plain: Which photos are plain; pairs with one of them are left out.
    """

    def __init__(self, is_plain: NDArray[np.bool_]) -> None:
        self._is_plain = is_plain
        self._counts = np.zeros(len(is_plain), np.int64)
        self._packed = np.empty(0, np.uint64)

    def add(self, pairs: Pairs, is_new: NDArray[np.bool_]) -> None:
        """Add pairs; the most distant of all are dropped where there are too many.

        Args:
            pairs: The pairs, without duplicates.
            is_new: Which of them no earlier quarter found.
        """
        for ends in (pairs.first, pairs.second):
            self._counts += np.bincount(ends[is_new], minlength=len(self._counts))
        some = pairs.where(self._are_few(pairs.first, pairs.second) & ~self._is_plain[pairs.first])
        numbers = (some.bits.astype(np.int64) << 2 * _PLACE_BITS) | _packed(some)
        packed = np.concatenate([self._packed, numbers.astype(np.uint64)])
        if len(packed) > 2 * _MOST_IN_DOUBT:
            # A pair occurs at most twice here: stored, and new.
            packed = np.partition(packed, 2 * _MOST_IN_DOUBT - 1)[: 2 * _MOST_IN_DOUBT]
        self._packed = np.unique(packed)[:_MOST_IN_DOUBT]

    def pairs(self) -> list[tuple[int, int]]:
        """Return the pairs, the closest first."""
        ends = (self._packed & _PLACE, self._packed >> np.uint64(_PLACE_BITS) & _PLACE)
        first, second = (end.astype(np.int32) for end in ends)
        are_few = self._are_few(first, second)
        return list(zip(first[are_few].tolist(), second[are_few].tolist(), strict=True))

    def _are_few(self, first: Places, second: Places) -> NDArray[np.bool_]:
        """Return which pairs have no photo that is close to many others."""
        few: NDArray[np.bool_] = np.maximum(self._counts[first], self._counts[second]) <= _MOST_CLOSE
        return few


def _searched(prints: NDArray[np.uint64], seen: "_Miniatures") -> tuple[NDArray[np.int64], list[tuple[int, int]]]:
    """Return the near copies, as packed by `_packed`, and the pairs in doubt."""
    count = len(prints)
    is_plain = seen.contrasts < _PLAIN_CONTRAST
    known, tried = np.zeros(count, np.int64), np.zeros(count, np.int64)
    near_pairs = [np.empty(0, np.int64)]
    doubts = _Doubts(is_plain)
    for quarter in range(64 // _QUARTER_BITS):
        keys = ((prints >> np.uint64(quarter * _QUARTER_BITS)) & np.uint64(2**_QUARTER_BITS - 1)).astype(np.int64)
        order = np.argsort(keys, kind="stable").astype(np.int32)
        starts = np.searchsorted(keys[order], np.arange(2**_QUARTER_BITS + 1))
        # Each quarter is looked up unchanged, and with each of its bits flipped.
        for turned in (0, *(1 << bit for bit in range(_QUARTER_BITS))):
            is_wanted = ~is_plain & (known < _NEIGHBOURS) & (tried < _MOST_TRIED)
            places = np.flatnonzero(is_wanted).astype(np.int32)
            wanted = keys[places] ^ turned
            close = _close_pairs(prints, places, order, (starts[wanted], starts[wanted + 1]))
            is_near = close.bits <= _MOST_BITS
            near = close.where(is_near)
            tried += np.bincount(near.second, minlength=count)
            is_near[is_near] = seen.are_alike(near.first, near.second)
            found = close.where(is_near)
            known += np.bincount(found.second, minlength=count)
            near_pairs.append(_packed(found))
            in_doubt = close.where(~is_near)
            doubts.add(in_doubt, ~_share_a_quarter_before(prints, in_doubt, quarter))
    return np.unique(np.concatenate(near_pairs)), doubts.pairs()


def _packed(pairs: Pairs) -> NDArray[np.int64]:
    """Return each pair as one number, the later index in the higher bits."""
    packed: NDArray[np.int64] = pairs.second.astype(np.int64) << _PLACE_BITS | pairs.first
    return packed


def _by_later(pairs: NDArray[np.int64]) -> Iterator[tuple[int, list[int]]]:
    """Yield each later photo of sorted pairs with all its earlier ones, in order."""
    later, earlier = pairs >> _PLACE_BITS, pairs & int(_PLACE)
    places, starts = np.unique(later, return_index=True)
    bounds = [*starts.tolist(), len(pairs)]
    for place, (start, end) in zip(places.tolist(), itertools.pairwise(bounds), strict=True):
        yield place, earlier[start:end].tolist()


def _share_a_quarter_before(prints: NDArray[np.uint64], pairs: Pairs, quarter: int) -> NDArray[np.bool_]:
    """Return which pairs an earlier quarter found."""
    differing = prints[pairs.first] ^ prints[pairs.second]
    found = np.zeros(len(differing), np.bool_)
    for earlier in range(quarter):
        bits = differing >> np.uint64(earlier * _QUARTER_BITS) & np.uint64(2**_QUARTER_BITS - 1)
        found |= np.bitwise_count(bits) <= 1
    return found


def _close_pairs(
    prints: NDArray[np.uint64],
    places: Places,
    order: Places,
    between: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Pairs:
    """Return the pairs of photos whose hashes differ in at most `_MOST_BITS_IN_DOUBT` bits.

    Args:
        prints: The hashes.
        places: The later photos.
        order: The indices of all photos, sorted by quarter and then by index.
        between: For each of `places` the start and end in `order` of the photos with the wanted quarter.
    """
    at, end = between
    found = [Pairs(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8))]
    for _ in range(_NEIGHBOURS):
        there = at < end
        at, end, places = at[there], end[there], places[there]
        others = order[at]
        earlier = others < places
        # Photos with one quarter are sorted by index, so no earlier one follows a later one.
        at, end, places, others = at[earlier], end[earlier], places[earlier], others[earlier]
        if not places.size:
            break
        bits = np.bitwise_count(prints[others] ^ prints[places])
        found.append(Pairs(others, places, bits).where(bits <= _MOST_BITS_IN_DOUBT))
        at = at + 1
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


class _Miniatures:
    """The miniatures of all photos, with their means, contrasts and tints.

    Args:
        miniatures: uint8 of shape (number of photos, `MINIATURE_BYTES`).

    Attributes:
        contrasts: The standard deviation of each luminance, float64, in levels of 0..255.
    """

    def __init__(self, miniatures: NDArray[np.uint8]) -> None:
        self._luminances = miniatures[:, :_LUMINANCE_BYTES]
        tints = miniatures[:, _LUMINANCE_BYTES:].astype(np.float32)
        self._tints = tints - tints.mean(axis=1, keepdims=True)
        blocks = np.array_split(self._luminances, 1 + len(miniatures) // _AT_ONCE)
        self._means = np.concatenate([block.mean(axis=1) for block in blocks])
        self.contrasts = np.concatenate([block.std(axis=1) for block in blocks])

    def are_alike(self, first: Places, second: Places) -> NDArray[np.bool_]:
        """Return which pairs of photos, given by index, are near copies by their miniatures."""
        fits = np.zeros(len(first), np.bool_)
        # In blocks, which bounds the memory.
        for start in range(0, len(fits), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            fits[some] = self._look_alike(first[some], second[some])
        return fits

    def _look_alike(self, first: Places, second: Places) -> NDArray[np.bool_]:
        a, b = self._luminances[first].astype(np.int32), self._luminances[second].astype(np.int32)
        covariance = np.einsum("ij,ij->i", a, b) / _LUMINANCE_BYTES - self._means[first] * self._means[second]
        correlation = covariance / np.maximum(self.contrasts[first] * self.contrasts[second], 1.0)
        same: NDArray[np.bool_] = correlation >= _SAME_PATTERN
        if (nearly := np.flatnonzero(~same & (correlation >= _NEARLY_SAME_PATTERN))).size:
            brighter = self._means[first[nearly]] - self._means[second[nearly]]
            differences = np.abs(a[nearly] - b[nearly] - brighter[:, np.newaxis])
            same[nearly] = differences.mean(axis=1) <= _SMALL_DIFFERENCE
        same &= np.abs(self._tints[first] - self._tints[second]).max(axis=1) <= _SAME_TINT
        return same
