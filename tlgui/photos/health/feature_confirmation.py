"""Near copies that their miniatures do not tell: the hash proposes them, the backbone's features confirm them.

Features alone cannot tell: two daisies may lie as close as two shots of one. Nor do they refuse what the miniatures
accept: a photo and its black-and-white version lie far apart. Of pairs whose fingerprints are close as well, those that
lie much closer to each other than to the rest of the collection are shots of the same: cropped, recoloured, in other
light, or the next one. Tried with EfficientNet-Lite0 on flowers from the web, and on Fashion-MNIST.
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
"""Gives what a backbone said of photos, as far as it is known without computing or reading anything of them.

It is asked for all photos at once, a photo as often as it is needed, and yields one answer for each, in their order: a
float32 vector, of one shape (numbers,) and from one backbone for all of them, or None where none is known.
"""

# Of the median distance between two photos. Of the flowers, up to twelve bits, false pairs begin at .58.
_CLOSE = 0.55
# Of the distance to the second nearest of some other photos. Shoes lie closer than that to one another, and next to
# each there are others that lie as close.
_CLOSER_THAN_OTHERS = 0.7
_MOST_SAMPLED = 300
_FEWEST_SAMPLED = 30
_SEED = 1


class NearGroups(NamedTuple):
    """Photos that show nearly the same.

    Args:
        groups: They, two or more each.
        by_features: Those of them that the features alone put into a group.
    """

    groups: Groups
    by_features: frozenset[Path] = frozenset()


def near_groups(
    near: Groups, candidates: PhotoPairs, photos: Sequence[Path], features: KnownFeatures | None
) -> NearGroups:
    """Return the near copies with those that the features confirm.

    Two photos that are in no group make one, and a photo that is in none joins the group of the one that it is like.
    No two groups are joined, and a photo that joined a group draws no other into it: so nothing is chained.

    Args:
        near: The near copies that were told without features.
        candidates: Pairs that may be near copies; what is first in line is joined first.
        photos: All photos of the collection; some of them tell how far apart photos usually are.
        features: What is known of the photos; None where nothing is.
    """
    if features is None or not candidates:
        return NearGroups(near)
    groups = [list(group) for group in near]
    number_of = {path: number for number, group in enumerate(near) for path in group}
    # Those that others may join.
    drawing = set(number_of)
    # Of near copies one stands for all: the others say nothing of how far apart photos lie.
    repeated = {path for group in near for path in group[1:]}
    for pair in _confirmed(candidates, [path for path in photos if path not in repeated], features):
        alone = [path for path in pair if path not in number_of]
        if len(alone) == len(pair):
            number_of.update(dict.fromkeys(pair, len(groups)))
            drawing.update(pair)
            groups.append(list(pair))
        elif alone:
            (partner,) = set(pair) - set(alone)
            if partner in drawing:
                number_of[alone[0]] = number_of[partner]
                groups[number_of[partner]].append(alone[0])
    return NearGroups(tuple(map(tuple, groups)), frozenset(number_of) - {path for group in near for path in group})


def _confirmed(candidates: PhotoPairs, photos: Sequence[Path], features: KnownFeatures) -> Iterator[tuple[Path, Path]]:
    """Yield the pairs that lie close; none where too little is known to tell what is close."""
    sample = random.Random(_SEED).sample(photos, min(len(photos), _MOST_SAMPLED))
    # The answers come one by one, and few are held at a time: those of thousands would fill the memory.
    with closing(features([*sample, *(path for pair in candidates for path in pair)])) as vectors:
        answers = map(_usable, vectors)
        asked = zip(sample, itertools.islice(answers, len(sample)), strict=True)
        known = {path: vector for path, vector in asked if vector is not None}
        if len(known) < _FEWEST_SAMPLED:
            return
        others = _Others(known)
        for pair in candidates:
            first, second = next(answers), next(answers)
            if first is not None and second is not None and others.are_farther(pair, (first, second)):
                yield pair


def _usable(vector: FeatureVector | None) -> FeatureVector | None:
    """Return a vector if there is one that distances can be taken from."""
    return vector if vector is not None and np.isfinite(vector).all() else None


class _Others:
    """Some photos of the collection, which tell how far apart photos lie.

    Args:
        vectors: Of each photo.
    """

    def __init__(self, vectors: Mapping[Path, FeatureVector]) -> None:
        self._numbers = {path: number for number, path in enumerate(vectors)}
        self._vectors = np.stack(list(vectors.values()))
        self._squares = (self._vectors**2).sum(axis=1)
        usual = np.median(self._distances(self._vectors)[np.triu_indices(len(vectors), 1)])
        self._close = _CLOSE * float(usual)

    def are_farther(self, pair: tuple[Path, Path], vectors: tuple[FeatureVector, FeatureVector]) -> bool:
        """Return whether two photos lie closer to each other than photos do, those most like them included.

        Args:
            pair: The photos.
            vectors: Theirs.
        """
        distance = float(np.linalg.norm(vectors[0] - vectors[1]))
        if not distance < self._close:
            return False
        distances = self._distances(np.stack(vectors))
        distances[:, [self._numbers[path] for path in pair if path in self._numbers]] = np.inf
        return distance < _CLOSER_THAN_OTHERS * float(np.partition(distances, 1, axis=1)[:, 1].min())

    def _distances(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far each of some photos lies from each of these, of shape (photos, these)."""
        squares = (vectors**2).sum(axis=1, keepdims=True) + self._squares - 2 * vectors @ self._vectors.T
        distances: NDArray[np.float32] = np.sqrt(np.maximum(squares, 0))
        return distances
