"""Finds photos by their content among 100,000: digests as rows of bytes, compared all at once."""

import numpy as np
from numpy.typing import NDArray

# Odd numbers, so that no byte is lost.
_MIXERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)


def places_in(digests: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return where each digest stands among others.

    Args:
        digests: Shape (any, 32).
        wanted: Known digests, shape (any, 32).

    Returns:
        An index into `wanted` for each of `digests`; -1 where it is not among them.
    """
    places = np.full(len(digests), -1, np.intp)
    if not len(digests) or not len(wanted):
        return places
    # Keys of 8 bytes tell digests apart; the whole is compared for those that seem to be the same.
    order = np.argsort(_keys(wanted), kind="stable")
    ordered, keys = _keys(wanted)[order], _keys(digests)
    found = np.minimum(np.searchsorted(ordered, keys), len(ordered) - 1)
    likely = np.flatnonzero(ordered[found] == keys)
    there = order[found[likely]]
    places[likely] = np.where((digests[likely] == wanted[there]).all(axis=1), there, -1)
    return places


def _keys(digests: NDArray[np.uint8]) -> NDArray[np.uint64]:
    keys: NDArray[np.uint64] = (digests.view("<u8") * _MIXERS).sum(axis=1, dtype=np.uint64)
    return keys
