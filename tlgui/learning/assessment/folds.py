"""Divides photos into folds, so that each can be judged by a network that was trained on the others.

Each class is spread evenly over the folds, and photos of one group (near copies, bursts) come into one fold: a network
that knows a near copy of a photo would judge it too well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tlgui.learning.arrays import Labels

_Folds = NDArray[np.intp]


def divide_into_folds(labels: Labels, groups: Sequence[Sequence[int]], fold_count: int, seed: int) -> _Folds:
    """Divide photos into folds.

    Args:
        labels: Class of each photo, shape (photos,).
        groups: Indices of photos that come into one fold, two or more each; no photo is in two groups.
        fold_count: Number of folds; a class with fewer photos is in as many folds as it has photos.
        seed: Other seeds divide differently.

    Returns:
        The fold of each photo, from 0, shape (photos,).
    """
    rng = np.random.default_rng(seed)
    folds = np.full(len(labels), -1, np.intp)
    class_count = int(labels.max(initial=-1)) + 1
    counts = np.zeros((class_count, fold_count), np.int64)
    order = rng.permutation(len(groups))
    for place in sorted(order, key=lambda place: -len(groups[place])):
        members = np.asarray(groups[place], np.intp)
        sizes = Counter(labels[members].tolist())
        # Where its classes have the fewest photos; among these, the fold with the fewest photos at all.
        filled = np.array(list(sizes.values())) @ counts[list(sizes)]
        fold = int(np.lexsort((counts.sum(axis=0), filled))[0])
        folds[members] = fold
        for label, size in sizes.items():
            counts[label, fold] += size
    for label in range(class_count):
        single = rng.permutation(np.flatnonzero((labels == label) & (folds < 0)))
        folds[single] = _levelled(counts[label], counts.sum(axis=0), len(single))
        counts[label] += np.bincount(folds[single], minlength=fold_count)
    return folds


def groups_among(paths: Sequence[Path], groups: Iterable[Sequence[Path]]) -> list[list[int]]:
    """Return groups of photos by the indices of their paths.

    Args:
        paths: The photos.
        groups: Groups of any photos, as in `Collection.groups`.

    Returns:
        The groups that have two or more of the photos, without others.
    """
    indices: Mapping[Path, int] = {path: index for index, path in enumerate(paths)}
    found = ([indices[path] for path in group if path in indices] for group in groups)
    return [group for group in found if len(group) > 1]


def _levelled(filled: NDArray[np.int64], totals: NDArray[np.int64], count: int) -> _Folds:
    """Return the folds of `count` photos of one class, so that the folds have equally many of it, as far as possible.

    Args:
        filled: Photos of the class that each fold has.
        totals: Photos of all classes that each fold has; a fold with fewer comes first.
        count: Photos to place.
    """
    fold_count = len(filled)
    levels = (filled[:, None] + np.arange(count)).ravel()
    of_fold = np.repeat(np.arange(fold_count), count)
    return of_fold[np.lexsort((totals[of_fold], levels))[:count]]
