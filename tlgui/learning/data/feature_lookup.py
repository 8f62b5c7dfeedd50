"""Looks up cached features of photos without computing any and without reading a photo's bytes.

It needs no TensorFlow, so that the window's process can use it.
"""

import contextlib
import itertools
import sqlite3
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tlgui.files import caches, opened_read_only
from tlgui.learning.arrays import FloatArray
from tlgui.learning.data.feature_cache import feature_stores, read_vector, vector_key
from tlgui.photos.pictures.photo_digests import kept_digests

# How long to wait while an engine writes to a store.
_LOCK_TIMEOUT_SECONDS = 0.5
_KEYS_A_QUERY = 500


def known_features(paths: Sequence[Path]) -> Generator[FloatArray | None, None, None]:
    """Yield the cached features of photos from the store that has most of them.

    Of two stores with equally many, the most recently used one is read. Nothing is computed or written. A store or a
    digest index that is damaged, missing or locked by another process counts as empty.

    Args:
        paths: The photos; repetitions are allowed.

    Yields:
        For each path, in order, float32 of shape (numbers,), of the same length for all photos; None for a photo that
        the store lacks or that was changed since.
    """
    stores = feature_stores()
    digests = kept_digests(dict.fromkeys(paths)) if stores else {}
    keys = {path: vector_key(digest) for path, digest in digests.items()}
    wanted = [keys.get(path) for path in paths]
    with closing(_read(_fullest(stores, set(keys.values())), wanted)) as vectors:
        # If the store cannot be read any further, the rest is not known.
        yield from itertools.islice(itertools.chain(vectors, itertools.repeat(None)), len(paths))


def _fullest(stores: Sequence[Path], keys: Collection[bytes]) -> Path | None:
    """Return the first of the stores that have most of the keys; None if none has any."""
    counts = {store: _count(store, keys) for store in stores} if keys else {}
    best = max(counts, key=counts.__getitem__, default=None)
    return best if best is not None and counts[best] else None


def _count(store: Path, keys: Collection[bytes]) -> int:
    count, rest = 0, iter(keys)
    with _unusable_logged(store), closing(opened_read_only(store, _LOCK_TIMEOUT_SECONDS)) as connection:
        while some := list(itertools.islice(rest, _KEYS_A_QUERY)):
            query = f"SELECT count(*) FROM features WHERE key IN ({', '.join('?' * len(some))})"
            count += connection.execute(query, some).fetchall()[0][0]
        return count
    return 0


def _read(store: Path | None, keys: Sequence[bytes | None]) -> Generator[FloatArray | None, None, None]:
    """Yield the vectors of a store until it cannot be read; None for one of another length than the first."""
    if store is None:
        return
    length = None
    with _unusable_logged(store), closing(opened_read_only(store, _LOCK_TIMEOUT_SECONDS)) as connection:
        for key in keys:
            vector = read_vector(connection, key) if key is not None else None
            if vector is not None and length is None:
                length = len(vector)
            yield vector if vector is not None and len(vector) == length else None


@contextlib.contextmanager
def _unusable_logged(store: Path) -> Iterator[None]:
    """Log that a store is damaged or locked, and end the block; the engine repairs it when it opens it."""
    try:
        yield
    except sqlite3.Error as error:
        caches.warn_unusable(store, error)
