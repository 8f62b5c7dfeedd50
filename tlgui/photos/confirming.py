"""Near copies that their miniatures do not tell: the hash proposes them, the backbone's features confirm them.

Features alone cannot tell: two daisies may lie as close as two shots of one. Nor do they refuse what the miniatures
accept: a photo and its black-and-white version lie far apart. Of pairs whose fingerprints are close as well, those that
lie much closer than photos of the collection usually do are shots of the same: cropped, recoloured, in other light, or
the next one. Tried on flowers from the web with EfficientNet-Lite0.
"""

import itertools
import random
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tlgui.photos.duplicates import Groups, PhotoPairs

FeatureVector = NDArray[np.float32]

KnownFeatures = Callable[[Sequence[Path]], Generator[FeatureVector | None, None, None]]
"""Gives what a backbone said of photos, as far as it is known without computing or reading anything of them.

It is asked for all photos at once, a photo as often as it is needed, and yields one answer for each, in their order: a
float32 vector, of one shape (numbers,) and from one backbone for all of them, or None where none is known.
"""

# Of the median distance between two photos. Of the flowers, up to twelve bits, false pairs begin at .58.
_CLOSE = 0.55
_MOST_SAMPLED = 500
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
    for pair in _confirmed(candidates, photos, features):
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
    # The answers come one by one, and two are held at a time: those of thousands would fill the memory.
    with closing(features([*sample, *(path for pair in candidates for path in pair)])) as vectors:
        known = (vector for vector in itertools.islice(vectors, len(sample)) if vector is not None)
        distances = [_distance(one, other) for one, other in itertools.pairwise(known)]
        if len(distances) < _FEWEST_SAMPLED:
            return
        close = _CLOSE * float(np.median(distances))
        for pair in candidates:
            first, second = next(vectors), next(vectors)
            if first is not None and second is not None and _distance(first, second) < close:
                yield pair


def _distance(first: FeatureVector, second: FeatureVector) -> float:
    # Of infinite numbers none is known: nothing is close to them.
    with np.errstate(all="ignore"):
        return float(np.linalg.norm(first - second))
