"""Groups of photos that look alike to the model, by the cosine of what it says that they look like.

Unit vectors are converted in portions, so that not all of them are in memory as float32 at once.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.floating[Any]]

_PORTION = 8192
_SAMPLE = 4000
_ROUNDS = 8
_MOST_GROUPS = 60
# Groups of about as many photos as one looks at together.
_PHOTOS_A_GROUP = 12
_SEED = 5


def groups(vectors: Vectors, checkpoint: Callable[[], None] = lambda: None) -> tuple[NDArray[np.intp], Vectors]:
    """Divide vectors into groups of those that are alike: spherical k-means from spread starting points.

    Source: A. Dhillon, D. Modha, "Concept decompositions for large sparse text data using clustering", 2001.

    Args:
        vectors: Unit vectors, none of them zeros, of shape (photos, length).
        checkpoint: Called regularly; raises where the result is no longer needed.

    Returns:
        The group of each row, from 0, and how alike each row is to the middle of its group, -1..1. Neighbouring groups
        are alike too.
    """
    rng = np.random.default_rng(_SEED)
    total = len(vectors)
    count = max(1, min(_MOST_GROUPS, total // _PHOTOS_A_GROUP))
    sample = vectors[np.sort(rng.choice(total, min(total, _SAMPLE), replace=False))].astype(np.float32)
    middles = _spread(sample, count, rng)
    for _ in range(_ROUNDS):
        checkpoint()
        middles = _middles(sample, np.argmax(sample @ middles.T, axis=1), middles)
    middles = middles[_chain(middles)]
    group, likeness = np.empty(total, np.intp), np.empty(total, np.float32)
    start = 0
    for portion in _portions(vectors):
        checkpoint()
        likenesses = portion @ middles.T
        best = np.argmax(likenesses, axis=1)
        group[start : start + len(portion)] = best
        likeness[start : start + len(portion)] = likenesses[np.arange(len(portion)), best]
        start += len(portion)
    return group, likeness


def _portions(vectors: Vectors) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(vectors), _PORTION):
        yield vectors[start : start + _PORTION].astype(np.float32)


def _spread(sample: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return vectors of the sample that are far from each other: each next one the farthest from those before."""
    chosen = [int(rng.integers(len(sample)))]
    likeness = sample @ sample[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(np.argmin(likeness)))
        likeness = np.maximum(likeness, sample @ sample[chosen[-1]])
    return sample[chosen]


def _middles(sample: NDArray[np.float32], group: NDArray[np.intp], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the direction of the mean of each group; a group without photos keeps the one before."""
    sums = np.zeros_like(before)
    np.add.at(sums, group, sample)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), before)


def _chain(middles: NDArray[np.float32]) -> list[int]:
    """Return the groups in an order in which each next one is the most like the one before."""
    rest, order = set(range(1, len(middles))), [0]
    likeness = middles @ middles.T
    while rest:
        last = likeness[order[-1]]
        order.append(max(rest, key=lambda group: last[group]))
        rest.discard(order[-1])
    return order
