"""The search for photos that show nearly the same: the perceptual hash proposes, a miniature decides.

It takes near-linear time. Two photos whose fingerprints differ in few bits share one of four quarters of them up to a
single bit, so only photos with such a quarter are compared (Norouzi, Punjani and Fleet, "Fast search in Hamming space
with multi-index hashing", 2012). Their miniatures then tell what is alike by chance. Pairs that come close and are not
near copies by these rules are given as well: something that knows more of the photos may confirm them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.facts import MINIATURE_SIDE

# Seven bits more or less leave a quarter of the fingerprint with one at most; of eight, all but a few in a hundred do.
_MOST_BITS = 8
# Of pairs of flowers with ten bits that differ, the quarters find three in four. Twelve would give five times as many.
_MOST_BITS_IN_DOUBT = 10
_QUARTER_BITS = 16
_LUMINANCE_BYTES = MINIATURE_SIDE**2
# Where very many photos are alike, as those of a camera that stands still, each is compared with so many of the
# earliest that share a quarter with it, and with no more once so many are found, or tried: so the time stays linear.
_NEIGHBOURS = 12
_MOST_TRIED = 96
_PAIRS_AT_ONCE = 20_000
_MOST_IN_DOUBT = 50_000
# A photo that comes close to more than these is one of a kind, as shoes on white are: fingerprints do not tell those
# apart, so nothing is to be made of them.
_MOST_CLOSE = 3
# A pair in doubt is one number, so that pairs are sorted at once: the bits that differ, the later and the earlier.
_PLACE_BITS = 30
_PLACE = np.uint64(2**_PLACE_BITS - 1)
# Of miniatures, in levels of 0..255. A photo with less contrast is plain, such as a sky, and its fingerprint is noise.
_PLAIN_CONTRAST = 6.0
# One pattern, though one photo is brighter; or nearly one, as in shots of a moment, with hardly a difference in levels.
# Tried on flowers from the web and on Fashion-MNIST, whose shoes differ in no more than their laces.
_SAME_PATTERN = 0.975
_NEARLY_SAME_PATTERN = 0.93
_SMALL_DIFFERENCE = 12.0
# The same shirt in another colour is not the same picture.
_SAME_TINT = 24.0


class Pairs(NamedTuple):
    """Pairs of photos by their place, one array each for the earlier ones, the later ones and the bits that differ."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    bits: NDArray[np.int64]

    def where(self, which: NDArray[np.bool_]) -> "Pairs":
        """Return some of the pairs, in the same order."""
        return Pairs(self.first[which], self.second[which], self.bits[which])


class Alike(NamedTuple):
    """What a search found, by the photos' places.

    Args:
        leaders: For each photo that is like an earlier one the first such that leads a group.
        in_doubt: Pairs whose fingerprints are close and that are no near copies by their miniatures, the earlier one
            first; the closest pairs first. No picture in them is plain, or comes close to many.
    """

    leaders: dict[int, int]
    in_doubt: list[tuple[int, int]]


def find_alike(fingerprints: Sequence[int], miniatures: NDArray[np.uint8]) -> Alike:
    """Find the photos that are like earlier ones; what stands later never changes what is found of the earlier ones.

    Args:
        fingerprints: The perceptual hash of each photo, 64 bits.
        miniatures: Theirs, uint8 of shape (number of photos, `MINIATURE_BYTES`).
    """
    count = len(fingerprints)
    if count < 2:
        return Alike({}, [])
    prints = np.fromiter(fingerprints, np.uint64, count)
    earlier, in_doubt = _searched(prints, miniatures)
    leaders: dict[int, int] = {}
    for place in sorted(earlier):
        leading = [other for other in earlier[place] if other not in leaders]
        if not leading:
            # Not every photo was compared with every other: it may be like what those lead to that it is like.
            others = np.array(sorted({leaders[other] for other in earlier[place]}))
            close = np.bitwise_count(prints[others] ^ prints[place]) <= _MOST_BITS
            leading = others[close & _look_alike(miniatures[others], miniatures[[place]])].tolist()
        if leading:
            leaders[place] = min(leading)
    return Alike(leaders, in_doubt)


class _Doubts:
    """The closest of the pairs in doubt, each once.

    Args:
        is_plain: Which photos are plain; a pair with one of them is left out.
    """

    def __init__(self, is_plain: NDArray[np.bool_]) -> None:
        self._is_plain = is_plain
        self._counts = np.zeros(len(is_plain), np.int64)
        self._packed = np.empty(0, np.uint64)

    def add(self, pairs: Pairs, is_new: NDArray[np.bool_]) -> None:
        """Add pairs, none of them twice; the most distant ones of all go where they are too many.

        Args:
            pairs: The pairs.
            is_new: Which of them were not there before, as far as is known.
        """
        for ends in (pairs.first, pairs.second):
            self._counts += np.bincount(ends[is_new], minlength=len(self._counts))
        some = pairs.where(self._are_few(pairs.first, pairs.second) & ~self._is_plain[pairs.first])
        numbers = (some.bits << 2 * _PLACE_BITS) | (some.second << _PLACE_BITS) | some.first
        packed = np.concatenate([self._packed, numbers.astype(np.uint64)])
        if len(packed) > 2 * _MOST_IN_DOUBT:
            # A pair is there twice at most: once kept, once new.
            packed = np.partition(packed, 2 * _MOST_IN_DOUBT - 1)[: 2 * _MOST_IN_DOUBT]
        self._packed = np.unique(packed)[:_MOST_IN_DOUBT]

    def pairs(self) -> list[tuple[int, int]]:
        """Return them, the closest first."""
        ends = (self._packed & _PLACE, self._packed >> np.uint64(_PLACE_BITS) & _PLACE)
        first, second = (end.astype(np.int64) for end in ends)
        are_few = self._are_few(first, second)
        return list(zip(first[are_few].tolist(), second[are_few].tolist(), strict=True))

    def _are_few(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return in which pairs no photo comes close to many."""
        few: NDArray[np.bool_] = np.maximum(self._counts[first], self._counts[second]) <= _MOST_CLOSE
        return few


def _searched(
    prints: NDArray[np.uint64], miniatures: NDArray[np.uint8]
) -> tuple[dict[int, set[int]], list[tuple[int, int]]]:
    """Return for each photo the earlier ones that it is like, and the pairs in doubt."""
    count = len(prints)
    is_plain = _are_plain(miniatures)
    known, tried = np.zeros(count, np.int64), np.zeros(count, np.int64)
    earlier: dict[int, set[int]] = {}
    doubts = _Doubts(is_plain)
    for quarter in range(64 // _QUARTER_BITS):
        keys = ((prints >> np.uint64(quarter * _QUARTER_BITS)) & np.uint64(2**_QUARTER_BITS - 1)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**_QUARTER_BITS + 1))
        # Each quarter is looked up as it is, and with each of its bits turned.
        for turned in (0, *(1 << bit for bit in range(_QUARTER_BITS))):
            places = np.flatnonzero(~is_plain & (known < _NEIGHBOURS) & (tried < _MOST_TRIED))
            wanted = keys[places] ^ turned
            close = _close_pairs(prints, places, order, (starts[wanted], starts[wanted + 1]))
            is_near = close.bits <= _MOST_BITS
            near = close.where(is_near)
            tried += np.bincount(near.second, minlength=count)
            is_near[is_near] = _show_alike(near, miniatures)
            found = close.where(is_near)
            known += np.bincount(found.second, minlength=count)
            for first, second in zip(found.first.tolist(), found.second.tolist(), strict=True):
                earlier.setdefault(second, set()).add(first)
            in_doubt = close.where(~is_near)
            doubts.add(in_doubt, ~_share_a_quarter_before(prints, in_doubt, quarter))
    return earlier, doubts.pairs()


def _share_a_quarter_before(prints: NDArray[np.uint64], pairs: Pairs, quarter: int) -> NDArray[np.bool_]:
    """Return which pairs were found already by a quarter before this one."""
    differing = prints[pairs.first] ^ prints[pairs.second]
    found = np.zeros(len(differing), np.bool_)
    for earlier in range(quarter):
        bits = differing >> np.uint64(earlier * _QUARTER_BITS) & np.uint64(2**_QUARTER_BITS - 1)
        found |= np.bitwise_count(bits) <= 1
    return found


def _close_pairs(
    prints: NDArray[np.uint64],
    places: NDArray[np.int64],
    order: NDArray[np.int64],
    between: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Pairs:
    """Return the pairs of photos whose fingerprints differ in few bits, or in not many more.

    Args:
        prints: The fingerprints.
        places: The later photos.
        order: Where the others stand, in the order of their quarters, and then of their places.
        between: For each of `places` from where in `order`, and up to where, others have the quarter that is wanted.
    """
    at, end = between
    found = [Pairs(*(np.empty(0, np.int64) for _ in Pairs._fields))]
    for _ in range(_NEIGHBOURS):
        there = at < end
        at, end, places = at[there], end[there], places[there]
        others = order[at]
        earlier = others < places
        # Those with one quarter stand in the order of their places, so no earlier one follows a later one.
        at, end, places, others = at[earlier], end[earlier], places[earlier], others[earlier]
        if not places.size:
            break
        bits = np.bitwise_count(prints[others] ^ prints[places]).astype(np.int64)
        found.append(Pairs(others, places, bits).where(bits <= _MOST_BITS_IN_DOUBT))
        at = at + 1
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _show_alike(pairs: Pairs, miniatures: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which pairs are near copies by their miniatures, a part of them at a time for the memory's sake."""
    fits = np.zeros(len(pairs.first), np.bool_)
    for some in range(0, len(fits), _PAIRS_AT_ONCE):
        part = slice(some, some + _PAIRS_AT_ONCE)
        fits[part] = _look_alike(miniatures[pairs.first[part]], miniatures[pairs.second[part]])
    return fits


def _look_alike(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which miniatures are those of near copies."""
    a, b = (_centred(item[:, :_LUMINANCE_BYTES]) for item in (first, second))
    contrast_a, contrast_b = a.std(axis=1), b.std(axis=1)
    correlation = (a * b).mean(axis=1) / np.maximum(contrast_a * contrast_b, 1.0)
    is_close = (correlation >= _NEARLY_SAME_PATTERN) & (np.abs(a - b).mean(axis=1) <= _SMALL_DIFFERENCE)
    tint_a, tint_b = (_centred(item[:, _LUMINANCE_BYTES:]) for item in (first, second))
    is_one_tint = np.abs(tint_a - tint_b).max(axis=1) <= _SAME_TINT
    same: NDArray[np.bool_] = is_one_tint & ((correlation >= _SAME_PATTERN) | is_close)
    return same


def _are_plain(miniatures: NDArray[np.uint8]) -> NDArray[np.bool_]:
    blocks = np.array_split(miniatures, 1 + len(miniatures) // 10_000)
    contrasts = [block[:, :_LUMINANCE_BYTES].std(axis=1) for block in blocks]
    is_plain: NDArray[np.bool_] = np.concatenate(contrasts) < _PLAIN_CONTRAST
    return is_plain


def _centred(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = levels.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return values
