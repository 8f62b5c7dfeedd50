"""Which photos show the same: copies byte for byte, near copies by their fingerprints, and bursts of one camera.

Near copies are found in near-linear time. Two photos whose fingerprints differ in few bits share one of four quarters
of them up to a single bit, so only photos with such a quarter are compared (Norouzi, Punjani and Fleet, "Fast search
in Hamming space with multi-index hashing", 2012). Their miniatures then tell what is alike by chance.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.collection import Photo
from tlgui.photos.facts import MINIATURE_SIDE, Look, PhotoFacts

Groups = tuple[tuple[Path, ...], ...]
"""Photos that belong together, two or more each; a photo is in one group at most."""

# Seven bits more or less leave a quarter of the fingerprint with one at most; of eight, all but a few in a hundred do.
_MOST_BITS = 8
_QUARTER_BITS = 16
_LUMINANCE_BYTES = MINIATURE_SIDE**2
# Where very many photos are alike, as those of a camera that stands still, each is compared with so many of the
# earliest that share a quarter with it, and with no more once so many are found, or tried: so the time stays linear.
_NEIGHBOURS = 12
_MOST_TRIED = 96
_PAIRS_AT_ONCE = 20_000
# Of miniatures, in levels of 0..255. A photo with less contrast is plain, such as a sky, and its fingerprint is noise.
_PLAIN_CONTRAST = 6.0
# One pattern, though one photo is brighter; or nearly one, as in shots of a moment, with hardly a difference in levels.
# Tried on flowers from the web and on Fashion-MNIST, whose shoes differ in no more than their laces.
_SAME_PATTERN = 0.975
_NEARLY_SAME_PATTERN = 0.93
_SMALL_DIFFERENCE = 12.0
# The same shirt in another colour is not the same picture.
_SAME_TINT = 24.0
_BURST_SECONDS = 2.0
# A camera takes fewer in a second. Where more have one time, its clock stands still, or a program wrote the time.
_MOST_IN_A_SECOND = 60


def copies(facts: Mapping[Path, PhotoFacts]) -> Groups:
    """Return the photos whose files are the same byte for byte, in the order of `facts`."""
    by_digest: dict[bytes, list[Path]] = {}
    for path, fact in facts.items():
        if fact.look is not None:
            by_digest.setdefault(fact.look.digest, []).append(path)
    return tuple(tuple(paths) for paths in by_digest.values() if len(paths) > 1)


def near_copies(facts: Mapping[Path, PhotoFacts], miniatures: NDArray[np.uint8]) -> Groups:
    """Return the photos that show nearly the same, byte-for-byte copies included.

    The first photo of a group is the one that all others of it are like: so nothing is chained, and what stands later
    in `facts` never changes how the earlier ones go together.

    Args:
        facts: The photos; those without a look are passed over.
        miniatures: Theirs and in their order, uint8 of shape (number of photos, `MINIATURE_BYTES`); of a photo whose
            miniature is black only copies are found.
    """
    first_of: dict[bytes, int] = {}
    paths: list[Path] = []
    looks: list[Look] = []
    firsts: list[int] = []
    members: list[list[int]] = []
    for number, (path, fact) in enumerate(facts.items()):
        if fact.look is None:
            continue
        place = first_of.setdefault(fact.look.digest, len(looks))
        if place == len(looks):
            looks.append(fact.look)
            firsts.append(number)
            members.append([])
        members[place].append(len(paths))
        paths.append(path)
    leaders = _leaders(looks, miniatures[firsts])
    groups: dict[int, list[int]] = {}
    for place, of_place in enumerate(members):
        groups.setdefault(leaders.get(place, place), []).extend(of_place)
    return tuple(tuple(paths[member] for member in sorted(group)) for group in groups.values() if len(group) > 1)


def bursts(facts: Mapping[Path, PhotoFacts]) -> Groups:
    """Return the photos that one camera took within two seconds of each other, in the order they were taken."""
    by_camera: dict[str, list[tuple[float, Path]]] = {}
    for path, fact in facts.items():
        if fact.taken is not None:
            by_camera.setdefault(fact.camera, []).append((fact.taken, path))
    found: list[tuple[Path, ...]] = []
    for taken in by_camera.values():
        found += _bursts_of(sorted(taken))
    return tuple(found)


def kept_together(photos: Sequence[Photo], facts: Mapping[Path, PhotoFacts], near: Groups) -> Groups:
    """Return the photos that must come into one part of a split: near copies, and bursts.

    What arrives later joins the earlier groups, and never makes one of two of them: else a photo would have to move.

    Args:
        photos: In the order in which they arrived.
        facts: Of each of them.
        near: Which of them are near copies.
    """
    arrivals = {photo.path: photo.arrival for photo in photos}
    links = [*near, *bursts(facts)]
    union = _Union(arrivals)
    for arrival in sorted(set(arrivals.values())):
        union.link(links, arrival)
    return union.groups([photo.path for photo in photos])


def _leaders(looks: Sequence[Look], miniatures: NDArray[np.uint8]) -> dict[int, int]:
    """Return for each photo that is like an earlier one the place of the first such that leads a group."""
    count = len(looks)
    if count < 2:
        return {}
    prints = np.fromiter((look.fingerprint for look in looks), np.uint64, count)
    earlier: dict[int, set[int]] = {}
    for first, second in _alike(prints, miniatures):
        earlier.setdefault(second, set()).add(first)
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
    return leaders


def _alike(prints: NDArray[np.uint64], miniatures: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Yield the places of photos that are near copies of one another, the earlier one first; some of them twice."""
    count = len(prints)
    contrasts = [block[:, :_LUMINANCE_BYTES].std(axis=1) for block in np.array_split(miniatures, 1 + count // 10_000)]
    is_plain = np.concatenate(contrasts) < _PLAIN_CONTRAST
    known, tried = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for quarter in range(64 // _QUARTER_BITS):
        keys = ((prints >> np.uint64(quarter * _QUARTER_BITS)) & np.uint64(2**_QUARTER_BITS - 1)).astype(np.int64)
        order = np.argsort(keys, kind="stable")
        starts = np.searchsorted(keys[order], np.arange(2**_QUARTER_BITS + 1))
        # Each quarter is looked up as it is, and with each of its bits turned.
        for turned in (0, *(1 << bit for bit in range(_QUARTER_BITS))):
            places = np.flatnonzero(~is_plain & (known < _NEIGHBOURS) & (tried < _MOST_TRIED))
            wanted = keys[places] ^ turned
            first, second = _close_pairs(prints, places, order, (starts[wanted], starts[wanted + 1]))
            tried += np.bincount(second, minlength=count)
            for some in range(0, len(first), _PAIRS_AT_ONCE):
                pairs = first[some : some + _PAIRS_AT_ONCE], second[some : some + _PAIRS_AT_ONCE]
                fits = _look_alike(miniatures[pairs[0]], miniatures[pairs[1]])
                known += np.bincount(pairs[1][fits], minlength=count)
                yield from zip(pairs[0][fits].tolist(), pairs[1][fits].tolist(), strict=True)


def _close_pairs(
    prints: NDArray[np.uint64],
    places: NDArray[np.int64],
    order: NDArray[np.int64],
    between: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of photos whose fingerprints differ in few bits, the earlier ones and the later ones.

    Args:
        prints: The fingerprints.
        places: The later photos.
        order: Where the others stand, in the order of their quarters, and then of their places.
        between: For each of `places` from where in `order`, and up to where, others have the quarter that is wanted.
    """
    at, end = between
    first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for _ in range(_NEIGHBOURS):
        there = at < end
        at, end, places = at[there], end[there], places[there]
        others = order[at]
        earlier = others < places
        # Those with one quarter stand in the order of their places, so no earlier one follows a later one.
        at, end, places, others = at[earlier], end[earlier], places[earlier], others[earlier]
        if not places.size:
            break
        close = np.bitwise_count(prints[others] ^ prints[places]) <= _MOST_BITS
        first.append(others[close])
        second.append(places[close])
        at = at + 1
    return np.concatenate(first), np.concatenate(second)


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


def _centred(levels: NDArray[np.uint8]) -> NDArray[np.float32]:
    values = levels.astype(np.float32)
    values -= values.mean(axis=1, keepdims=True)
    return values


def _bursts_of(taken: Sequence[tuple[float, Path]]) -> Iterator[tuple[Path, ...]]:
    """Yield the bursts among the photos of one camera, given in order of time."""
    burst: list[tuple[float, Path]] = []
    for item in taken:
        if burst and item[0] - burst[-1][0] > _BURST_SECONDS:
            yield from _as_burst(burst)
            burst = []
        burst.append(item)
    yield from _as_burst(burst)


def _as_burst(burst: Sequence[tuple[float, Path]]) -> Iterator[tuple[Path, ...]]:
    seconds = burst[-1][0] - burst[0][0] + 1 if burst else 1
    if 1 < len(burst) <= _MOST_IN_A_SECOND * seconds:
        yield tuple(path for _, path in burst)


class _Union:
    """Groups that grow arrival by arrival; each is known by the photo of it that arrived first.

    Args:
        arrivals: When each photo arrived.
    """

    def __init__(self, arrivals: Mapping[Path, int]) -> None:
        self._arrivals = arrivals
        self._parents: dict[Path, Path] = {}

    def link(self, links: Sequence[Sequence[Path]], arrival: int) -> None:
        """Join the photos of one arrival with those of each link that are there already."""
        for link in links:
            new = [path for path in link if self._arrivals[path] == arrival]
            earlier = [path for path in link if self._arrivals[path] < arrival]
            if new:
                together = [*earlier[:1], *new]
                for path in together[1:]:
                    self._join(self._root(together[0]), self._root(path), arrival)

    def groups(self, order: Sequence[Path]) -> Groups:
        """Return what belongs together, in the order given."""
        found: dict[Path, list[Path]] = {}
        for path in order:
            found.setdefault(self._root(path), []).append(path)
        return tuple(tuple(group) for group in found.values() if len(group) > 1)

    def _join(self, first: Path, second: Path, arrival: int) -> None:
        if self._arrivals[second] < self._arrivals[first]:
            first, second = second, first
        if first != second and self._arrivals[second] == arrival:
            self._parents[second] = first

    def _root(self, path: Path) -> Path:
        root = path
        while (parent := self._parents.get(root, root)) != root:
            root = parent
        while path != root:
            self._parents[path], path = root, self._parents[path]
        return root
