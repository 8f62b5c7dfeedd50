"""Near copies that miniatures do not reveal: the perceptual hash proposes pairs, the backbone's features confirm them.

Features alone do not suffice: the features of two daisies may lie as close as those of two shots of one. Nor do they
rule out near copies: a photo and its black-and-white version lie far apart. But of pairs whose hashes are close too,
those that lie much closer to each other than to the rest of the collection show the same: cropped, recoloured, in other
light, or the next shot. Tested with EfficientNet-Lite0 on flowers from the web, and on Fashion-MNIST.
"""

import itertools
import random
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.scanning.duplicates import Groups, PhotoPairs

FeatureVector = NDArray[np.float32]

KnownFeatures = Callable[[Sequence[Path]], Generator[FeatureVector | None, None, None]]
"""Returns the cached features of photos, without computing them or reading the photos.

It is called once with all photos, each as often as it is needed, and yields for each, in order, a float32 vector of
shape (features,), from one backbone for all of them, or None where none is cached.
"""

# Share of the median distance between two photos. With the flowers, up to twelve bits, false pairs begin at .58.
_CLOSE = 0.55
# Share of the distance to the second nearest of some other photos. Shoes lie close to one another, but each of them has
# several others that lie as close.
_CLOSER_THAN_OTHERS = 0.7
_MOST_SAMPLED = 300
_FEWEST_SAMPLED = 30
_SEED = 1


class NearGroups(NamedTuple):
    """Near copies.

    Args:
        groups: Groups of two or more.
        by_features: The photos that only the features put into a group; empty by default.
    """

    groups: Groups
    by_features: frozenset[Path] = frozenset()


def near_groups(
    near: Groups, candidates: PhotoPairs, photos: Sequence[Path], features: KnownFeatures | None
) -> NearGroups:
    """Return the near copies together with those that features confirm.

    A confirmed pair of which neither is in a group becomes a group; where one is in a group, the other joins it. Groups
    are never merged, and a photo that joined a group adds no others to it, so groups do not chain.

    Args:
        near: The near copies found without features.
        candidates: Pairs that may be near copies, in the order in which they are joined.
        photos: All photos of the collection; a sample of them gives the usual distance between photos.
        features: The cached features; None where there are none.

    Returns:
        The groups of `near`, enlarged, and new ones.
    """
    if features is None or not candidates:
        return NearGroups(near)
    groups = [list(group) for group in near]
    number_of = {path: number for number, group in enumerate(near) for path in group}
    # The photos whose groups others may join.
    joinable = set(number_of)
    # The sample contains one of each group of near copies: the others would lower the usual distance.
    repeated = {path for group in near for path in group[1:]}
    for pair in _confirmed(candidates, [path for path in photos if path not in repeated], features):
        alone = [path for path in pair if path not in number_of]
        if len(alone) == len(pair):
            number_of.update(dict.fromkeys(pair, len(groups)))
            joinable.update(pair)
            groups.append(list(pair))
        elif alone:
            (partner,) = set(pair) - set(alone)
            if partner in joinable:
                number_of[alone[0]] = number_of[partner]
                groups[number_of[partner]].append(alone[0])
    return NearGroups(tuple(map(tuple, groups)), frozenset(number_of) - {path for group in near for path in group})


def _confirmed(candidates: PhotoPairs, photos: Sequence[Path], features: KnownFeatures) -> Iterator[tuple[Path, Path]]:
    """Yield the pairs that lie close; none where too few features are cached to decide what is close."""
    sample = random.Random(_SEED).sample(photos, min(len(photos), _MOST_SAMPLED))
    # Read one by one: the vectors of thousands of pairs would fill the memory.
    with closing(features([*sample, *(path for pair in candidates for path in pair)])) as vectors:
        usable = map(_usable, vectors)
        sampled = zip(sample, itertools.islice(usable, len(sample)), strict=True)
        known = {path: vector for path, vector in sampled if vector is not None}
        if len(known) < _FEWEST_SAMPLED:
            return
        others = _Others(known)
        for pair in candidates:
            first, second = next(usable), next(usable)
            if first is not None and second is not None and others.are_farther(pair, (first, second)):
                yield pair


def _usable(vector: FeatureVector | None) -> FeatureVector | None:
    """Return a vector if there is one and it is finite."""
    return vector if vector is not None and np.isfinite(vector).all() else None


class _Others:
    """A sample of the collection's photos, which gives the usual distances between photos.

    Args:
        vectors: The features of each.
    """

    def __init__(self, vectors: Mapping[Path, FeatureVector]) -> None:
        self._numbers = {path: number for number, path in enumerate(vectors)}
        self._vectors = np.stack(list(vectors.values()))
        self._squares = (self._vectors**2).sum(axis=1)
        usual = np.median(self._distances(self._vectors)[np.triu_indices(len(vectors), 1)])
        self._close = _CLOSE * float(usual)

    def are_farther(self, pair: tuple[Path, Path], vectors: tuple[FeatureVector, FeatureVector]) -> bool:
        """Return whether two photos lie much closer to each other than to those of the sample.

        Args:
            pair: The photos.
            vectors: Their features.
        """
        distance = float(np.linalg.norm(vectors[0] - vectors[1]))
        if not distance < self._close:
            return False
        distances = self._distances(np.stack(vectors))
        distances[:, [self._numbers[path] for path in pair if path in self._numbers]] = np.inf
        return distance < _CLOSER_THAN_OTHERS * float(np.partition(distances, 1, axis=1)[:, 1].min())

    def _distances(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the distances of vectors to those of the sample, of shape (vectors, sample)."""
        squares = (vectors**2).sum(axis=1, keepdims=True) + self._squares - 2 * vectors @ self._vectors.T
        distances: NDArray[np.float32] = np.sqrt(np.maximum(squares, 0))
        return distances
