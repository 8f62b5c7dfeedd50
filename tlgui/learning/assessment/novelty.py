"""Tells photos that resemble nothing a model was trained on, by their distance to the training photos.

The distance of a photo is the cosine distance of its features to those of the k-th nearest training photo. Source:
Y. Sun et al., "Out-of-distribution detection with deep nearest neighbors", ICML 2022. Nothing here needs TensorFlow.

A model file keeps features of at most `MOST_VECTORS` training photos, chosen to cover them all:

- Every class gets an equal share; what a small class leaves is divided among the others.
- Within a class the greedy k-center algorithm takes the photo that is farthest from all taken so far. Sources:
  T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 38 (1985),
  293-306; O. Sener and S. Savarese, "Active learning for convolutional neural networks", ICLR 2018.
- It runs on random projections, in which distances change little (W. B. Johnson and J. Lindenstrauss, 1984), as in
  K. Roth et al., "Towards total recall in industrial anomaly detection", CVPR 2022, and on random pieces of large
  classes (G. Malkomes et al., "Fast distributed k-center clustering with outliers on massive data", NeurIPS 2015), so
  that 20,000 of 100,000 photos are chosen in seconds.
"""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import FloatArray, Labels
from tlgui.learning.assessment.unit_vectors import are_finite, pieces, unit_vectors
from tlgui.learning.trust import NoveltyLimit

MOST_VECTORS = 20_000
"""The most training photos whose features are kept."""
MOST_NEIGHBOURS = 10
HELD_BACK_AT_MOST = 0.05
"""The share of the collection's own photos that may be beyond the limit."""
LARGEST_DISTANCE = 2.0
"""The cosine distance of opposite vectors."""

Vectors: TypeAlias = NDArray[np.float16]

# With fewer photos, no limit holds back at most 1 in 20.
_FEWEST_DISTANCES = math.ceil(1 / HELD_BACK_AT_MOST) - 1
_BYTES_A_NUMBER = 2
# The same photo, stored in 16 bits, is at most this far from itself.
_ROUNDING = 1e-5
_SMALLEST_LIMIT = 1e-4
# Rows that are compared at once: a batch of predictions, and few enough for the processor's caches.
_ROWS_AT_ONCE = 64
_ROWS_CONVERTED_AT_ONCE = 4096
_PROJECTED_LENGTH = 64
_MOST_IN_A_PIECE = 4096


class Neighbours:
    """Measures distances to stored training vectors.

    Args:
        vectors: float16 of shape (count, length), without rows of zeros; they are kept once, as float32.
        neighbour: Which nearest of them the distance is measured to, from 1 to their count.

    Attributes:
        neighbour: As given.
        directions: The vectors as unit vectors, float32 of shape (count, length).
    """

    def __init__(self, vectors: Vectors, neighbour: int) -> None:
        self.neighbour = neighbour
        self.directions: FloatArray = np.empty(vectors.shape, np.float32)
        for rows in pieces(len(vectors), _ROWS_CONVERTED_AT_ONCE):
            self.directions[rows] = unit_vectors(vectors[rows].astype(np.float32))

    def distances(self, features: FloatArray, *, leave_out_itself: bool = False) -> FloatArray:
        """Return the cosine distance to the k-th nearest stored vector.

        Args:
            features: float32 of shape (photos, length).
            leave_out_itself: Whether a stored vector that equals the features does not count, because the photos are
                training photos; only one each is left out.

        Returns:
            float32 of shape (photos,), from 0 to 2; 1 for features that are all zero, and 2 for features that are not
            finite.
        """
        result = np.empty(len(features), np.float32)
        for rows in pieces(len(features), _ROWS_AT_ONCE):
            result[rows] = self._distances(features[rows], leave_out_itself=leave_out_itself)
        return result

    def _distances(self, features: FloatArray, *, leave_out_itself: bool) -> FloatArray:
        is_finite = are_finite(features)
        directions = unit_vectors(np.where(is_finite[:, None], features, np.float32(0)))
        # The large matrix first: the other way round the same product takes up to four times as long.
        similarity = np.ascontiguousarray((self.directions @ directions.T).T)
        if leave_out_itself:
            nearest = similarity.argmax(axis=1)
            itself = similarity[np.arange(len(nearest)), nearest] >= 1 - _ROUNDING
            similarity[np.flatnonzero(itself), nearest[itself]] = -1
        place = similarity.shape[1] - self.neighbour
        similarity.partition(place, axis=1)
        return np.where(is_finite, np.clip(1 - similarity[:, place], 0, LARGEST_DISTANCE), LARGEST_DISTANCE)


def fit(
    training: FloatArray, labels: Labels, unseen: FloatArray, most_bytes: int, seed: int = 0
) -> tuple[Vectors, NoveltyLimit] | None:
    """Choose the training vectors to keep, and the limit of their distances.

    The limit is a conformal quantile: a new photo of the same collection is beyond it with a probability of at most 1
    in 20. Source: V. Vovk, A. Gammerman and G. Shafer, "Algorithmic learning in a random world", 2005. It is taken from
    the unseen photos. With fewer than 19 of them it is taken from the distances of all photos to the others, which is
    the same for features of a frozen backbone, and may be lower for those of one that was trained on these photos; so
    it is at least the largest distance of an unseen photo then.

    The distance is measured to the 10th nearest neighbour; in small collections to a nearer one, such that an average
    class has at least twice as many vectors.

    Args:
        training: Features of the training photos, float32 of shape (photos, length), without augmented copies; may be
            mapped from disk. Photos whose features are all zero or not finite are left out.
        labels: Their classes, shape (photos,).
        unseen: Features of photos that were not trained on and are no near copies of training photos, shape
            (photos, length); may be empty.
        most_bytes: The most bytes that the vectors may take in the model file.
        seed: Determines the random choices.

    Returns:
        The vectors as unit vectors, and the limit; None where fewer than 19 photos have features, or not a single
        vector fits into `most_bytes`.
    """
    usable, length = np.flatnonzero(_is_usable(training)), training.shape[1]
    count = min(len(usable), MOST_VECTORS, most_bytes // (length * _BYTES_A_NUMBER))
    if count < 1:
        return None
    rng = np.random.default_rng(seed)
    chosen = usable if count == len(usable) else _covering(training, usable, labels[usable], count, rng)
    vectors = np.concatenate(
        [
            unit_vectors(np.asarray(training[chosen[rows]], np.float32)).astype(np.float16)
            for rows in pieces(count, _ROWS_CONVERTED_AT_ONCE)
        ]
    )
    neighbour = _neighbour(labels[chosen])
    neighbours = Neighbours(vectors, neighbour)
    distances, smallest = neighbours.distances(unseen[_is_usable(unseen)]), _SMALLEST_LIMIT
    if len(distances) < _FEWEST_DISTANCES and count > neighbour:
        smallest = float(distances.max(initial=smallest))
        own = neighbours.distances(np.asarray(vectors, np.float32), leave_out_itself=True)
        distances = np.concatenate([distances, own])
    if len(distances) < _FEWEST_DISTANCES:
        return None
    limit = max(_conformal_limit(distances), smallest)
    held_back = float((distances > limit).mean())
    return vectors, NoveltyLimit(neighbour, limit, count, length, held_back)


def _conformal_limit(distances: FloatArray) -> float:
    """Return the distance that a new photo exceeds with a probability of at most `HELD_BACK_AT_MOST`."""
    rank = math.ceil((len(distances) + 1) * (1 - HELD_BACK_AT_MOST) - 1e-9)
    return float(np.sort(distances)[rank - 1])


def _neighbour(labels: Labels) -> int:
    counts = np.bincount(labels)
    return max(1, min(MOST_NEIGHBOURS, int(np.median(counts[counts > 0])) // 2))


def _covering(
    training: FloatArray, usable: NDArray[np.intp], labels: Labels, count: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Return `count` of the usable rows, ascending."""
    points = _projected(training, usable, rng)
    chosen = []
    for label, quota in enumerate(_shares(np.bincount(labels), count)):
        own = rng.permutation(np.flatnonzero(labels == label))
        parts = np.array_split(own, max(1, math.ceil(len(own) / _MOST_IN_A_PIECE)))
        quotas = _shares(np.array([len(piece) for piece in parts]), quota)
        chosen += [piece[_spread(points[piece], most)] for piece, most in zip(parts, quotas, strict=True)]
    rows: NDArray[np.intp] = usable[np.sort(np.concatenate(chosen))]
    return rows


def _shares(sizes: NDArray[np.intp], total: int) -> list[int]:
    """Divide a total equally among groups of at most these sizes."""
    shares = [0] * len(sizes)
    left = total
    order = np.argsort(sizes, kind="stable")
    for place, group in enumerate(order):
        shares[group] = min(int(sizes[group]), left // (len(order) - place))
        left -= shares[group]
    return shares


def _spread(points: FloatArray, count: int) -> NDArray[np.intp]:
    """Return the indices of `count` points that are far from each other, by the greedy k-center algorithm."""
    chosen = np.empty(count, np.intp)
    squares = np.einsum("ij,ij->i", points, points)
    distances = np.full(len(points), np.inf, np.float32)
    next_one = 0
    for place in range(count):
        chosen[place] = next_one
        to_new = squares + squares[next_one] - 2 * (points @ points[next_one])
        np.minimum(distances, np.maximum(to_new, 0), out=distances)
        # Below all others, for good, so that copies of it are taken before it is taken again.
        distances[next_one] = -1
        next_one = int(distances.argmax())
    return chosen


def _projected(training: FloatArray, usable: NDArray[np.intp], rng: np.random.Generator) -> FloatArray:
    """Return random projections of unit vectors, float32 of shape (usable rows, projected length)."""
    length = training.shape[1]
    size = min(length, _PROJECTED_LENGTH)
    matrix = (
        np.eye(length, dtype=np.float32) if size == length else rng.standard_normal((length, size), dtype=np.float32)
    )
    points = np.empty((len(usable), size), np.float32)
    for rows in pieces(len(usable), _ROWS_CONVERTED_AT_ONCE):
        points[rows] = unit_vectors(np.asarray(training[usable[rows]], np.float32)) @ matrix
    return points


def _is_usable(features: FloatArray) -> NDArray[np.bool_]:
    """Return which rows are finite and not all zero."""
    result = np.zeros(len(features), np.bool_)
    for rows in pieces(len(features), _ROWS_CONVERTED_AT_ONCE):
        block = np.asarray(features[rows])
        result[rows] = are_finite(block) & block.any(axis=1)
    return result
