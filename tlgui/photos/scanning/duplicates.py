"""Groups of photos that show the same: byte-for-byte copies, near copies by their hashes, and bursts of one camera.

**What belongs together stays together**: near copies, and shots of one camera within two seconds, come into one part of
the split. Photos that arrive later join the groups of the earlier ones and never join two groups to one.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.collection import Photo
from tlgui.photos.facts import Look, PhotoFacts
from tlgui.photos.scanning.near_duplicates import Alike, find_alike

Groups = tuple[tuple[Path, ...], ...]
"""Groups of two photos or more; a photo is in one group at most."""

PhotoPairs = tuple[tuple[Path, Path], ...]
"""Pairs of photos; a photo may be in several."""

_MOST_CANDIDATES = 10_000
_BURST_SECONDS = 2.0
# No camera takes more in a second. Where more have one time, its clock stands still, or a program wrote the time.
_MOST_IN_A_SECOND = 60


def copies(facts: Mapping[Path, PhotoFacts]) -> Groups:
    """Return the photos whose files are equal byte for byte, in the order of `facts`.

    Args:
        facts: The photos; those without a look are left out.
    """
    by_digest: dict[bytes, list[Path]] = {}
    for path, fact in facts.items():
        if fact.look is not None:
            by_digest.setdefault(fact.look.digest, []).append(path)
    return tuple(tuple(paths) for paths in by_digest.values() if len(paths) > 1)


class NearCopies(NamedTuple):
    """Photos that show nearly the same.

    Args:
        groups: The near copies, byte-for-byte copies included. Every photo of a group is similar to its first one, so
            groups are not chained.
        candidates: Pairs with close hashes whose miniatures differ, as after a crop or in other light; the closest
            10,000, the closest first. At least one of each pair is in no group, and neither is close to a third photo
            or group.
    """

    groups: Groups = ()
    candidates: PhotoPairs = ()


def near_copies(facts: Mapping[Path, PhotoFacts], miniatures: NDArray[np.uint8]) -> NearCopies:
    """Return the photos that show nearly the same, and pairs that may.

    Photos that stand later in `facts` never change the groups of the earlier ones.

    Args:
        facts: The photos; those without a look are left out.
        miniatures: One row for each of `facts`, uint8 of shape (number of photos, `MINIATURE_BYTES`); only
            byte-for-byte copies are found of a photo whose row is zero.

    Example:
        >>> from tlgui.photos.facts import MINIATURE_BYTES, FileState
        >>> def photo(fingerprint: int, digest: bytes) -> PhotoFacts:
        ...     look = Look(fingerprint, brightness=0.5, highlights=0.9, sharpness=40.0, digest=digest)
        ...     return PhotoFacts(FileState(4711, 0), 640, 480, "JPEG", look=look)
        >>> facts = {
        ...     Path("a.jpg"): photo(0b0000, b"one"),
        ...     Path("a smaller.jpg"): photo(0b0011, b"two"),
        ...     Path("b.jpg"): photo(2**64 - 1, b"three"),
        ... }
        >>> scene = np.arange(MINIATURE_BYTES) % 251
        >>> miniatures = np.stack([scene, scene, scene[::-1]]).astype(np.uint8)
        >>> [[path.name for path in group] for group in near_copies(facts, miniatures).groups]
        [['a.jpg', 'a smaller.jpg']]
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
    found = find_alike([look.fingerprint for look in looks], miniatures[firsts])
    groups: dict[int, list[int]] = {}
    for place, of_place in enumerate(members):
        groups.setdefault(found.leaders.get(place, place), []).extend(of_place)
    in_doubt = _of_one_each(found, {leader for leader, group in groups.items() if len(group) == 1})
    return NearCopies(
        tuple(tuple(paths[member] for member in sorted(group)) for group in groups.values() if len(group) > 1),
        tuple((paths[members[first][0]], paths[members[second][0]]) for first, second in in_doubt[:_MOST_CANDIDATES]),
    )


def bursts(facts: Mapping[Path, PhotoFacts]) -> Groups:
    """Return the photos that one camera took within two seconds of each other, in the order they were taken.

    Args:
        facts: The photos; those without a time are left out.
    """
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

    A later arrival joins an earlier group but never joins two groups, because a photo of one would have to change its
    part.

    Args:
        photos: In the order in which they arrived.
        facts: The facts of each photo.
        near: The groups of near copies among them.
    """
    arrivals = {photo.path: photo.arrival for photo in photos}
    links = [*near, *bursts(facts)]
    union = _Union(arrivals)
    for arrival in sorted(set(arrivals.values())):
        union.link(links, arrival)
    return union.groups([photo.path for photo in photos])


def _of_one_each(found: Alike, alone: set[int]) -> list[tuple[int, int]]:
    """Return the pairs in doubt in which each photo is close to exactly one other photo or group.

    A photo that is close to several shows a common kind of thing. Pairs of two grouped photos are left out, because no
    confirmation would join two groups.

    Args:
        found: The result of the search.
        alone: The photos that are in no group, by index.
    """
    close_to: dict[int, set[int]] = {}
    for first, second in found.in_doubt:
        for place, other in ((first, second), (second, first)):
            close_to.setdefault(place, set()).add(found.leaders.get(other, other))
    return [
        pair
        for pair in found.in_doubt
        if not alone.isdisjoint(pair) and all(len(close_to[place]) == 1 for place in pair)
    ]


def _bursts_of(taken: Sequence[tuple[float, Path]]) -> Iterator[tuple[Path, ...]]:
    """Yield the bursts among the photos of one camera, which are given by time."""
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
    """A disjoint-set forest that grows arrival by arrival; the root of a group is its earliest photo.

    Args:
        arrivals: The arrival of each photo.
    """

    def __init__(self, arrivals: Mapping[Path, int]) -> None:
        self._arrivals = arrivals
        self._parents: dict[Path, Path] = {}

    def link(self, links: Sequence[Sequence[Path]], arrival: int) -> None:
        """Join the photos of one arrival to each other and to the earlier photos of their links."""
        for link in links:
            new = [path for path in link if self._arrivals[path] == arrival]
            earlier = [path for path in link if self._arrivals[path] < arrival]
            if new:
                together = [*earlier[:1], *new]
                for path in together[1:]:
                    self._join(self._root(together[0]), self._root(path), arrival)

    def groups(self, order: Sequence[Path]) -> Groups:
        """Return the groups, in the order given."""
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
