"""The member of a `.tlmodel` with features of training photos: raw float16, little-endian, photo after photo.

How many there are, and how many numbers each has, is said in the manifest.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tlgui.files.zip_archive import UntrustedError
from tlgui.learning.assessment.novelty import Vectors
from tlgui.learning.results import ModelSummary
from tlgui.learning.trust import NoveltyLimit

_STORED = np.dtype("<f2")
# The bits of float16 without the sign, and those of its exponent, which are all set in infinity and NaN.
_MAGNITUDE, _EXPONENT = np.uint16(0x7FFF), np.uint16(0x7C00)


def vectors_bytes(vectors: Vectors) -> bytes:
    """Return the content of the member.

    Args:
        vectors: float16 of shape (count, length).
    """
    return np.ascontiguousarray(vectors, _STORED).tobytes()


def without_novelty(summary: ModelSummary) -> ModelSummary:
    """Return a summary without a limit of novelty."""
    return summary if summary.trust is None else replace(summary, trust=replace(summary.trust, novelty=None))


def vectors_size(novelty: NoveltyLimit) -> int:
    """Return the size that the member must have, in bytes."""
    return novelty.vector_count * novelty.length * _STORED.itemsize


def checked_vectors(data: bytes, novelty: NoveltyLimit) -> Vectors:
    """Return the vectors in a member.

    Args:
        data: The member.
        novelty: What the manifest says of it.

    Returns:
        float16 of shape (count, length).

    Raises:
        UntrustedError: It has another size than the manifest says, a number that is not finite, or a row of zeros.
    """
    if len(data) != vectors_size(novelty):
        raise UntrustedError("the features of training photos in it are not as many as it says")
    bits: NDArray[np.uint16] = np.frombuffer(data, "<u2").reshape(novelty.vector_count, novelty.length)
    if ((bits & _EXPONENT) == _EXPONENT).any():
        raise UntrustedError("some features of training photos in it are no numbers")
    if not (bits & _MAGNITUDE).any(axis=1).all():
        raise UntrustedError("some features of training photos in it are all zero")
    return bits.view(_STORED)
