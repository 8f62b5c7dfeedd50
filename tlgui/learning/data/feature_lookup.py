"""What the cache on disk knows of photos' features, for whoever must neither compute them nor read photos.

TensorFlow is not needed, so the window's process may ask.
"""

import contextlib
import itertools
import sqlite3
from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from pathlib import Path

from tlgui.files import opened_read_only
from tlgui.learning.data.feature_cache import FloatArray, feature_stores, read_vector, vector_key
from tlgui.learning.data.photo_digests import kept_digests

# An engine may be writing; what is known is not worth a long wait.
_PATIENCE_SECONDS = 0.5
_KEYS_AT_ONCE = 500


def known_features(paths: Sequence[Path]) -> Generator[FloatArray | None, None, None]:
    """Yield the features of photos from the store that has most of them, the one used last where two have as many.

    Nothing is computed or written, and no photo's bytes are read. A store or an index of digests that is damaged, is
    not there or is held by another process is as if it were empty.

    Args:
        paths: The photos, one as often as it is needed.

    Yields:
        For each, in their order, a float32 vector of shape (numbers,), with as many numbers for all of them; None for
        a photo that the store does not have, or that has changed since.
    """
    stores = feature_stores()
    digests = kept_digests(dict.fromkeys(paths)) if stores else {}
    keys = {path: vector_key(digest) for path, digest in digests.items()}
    asked = [keys.get(path) for path in paths]
    with closing(_read(_fullest(stores, set(keys.values())), asked)) as vectors:
        # What cannot be read on from some place is unknown from there.
        yield from itertools.islice(itertools.chain(vectors, itertools.repeat(None)), len(paths))


def _fullest(stores: Sequence[Path], keys: Collection[bytes]) -> Path | None:
    """Return the store that has most of the keys, the first of several; None where none has any."""
    counts = {store: _count(store, keys) for store in stores} if keys else {}
    best = max(counts, key=counts.__getitem__, default=None)
    return best if best is not None and counts[best] else None


def _count(store: Path, keys: Collection[bytes]) -> int:
    count, rest = 0, iter(keys)
    with contextlib.suppress(sqlite3.Error), closing(opened_read_only(store, _PATIENCE_SECONDS)) as connection:
        while some := list(itertools.islice(rest, _KEYS_AT_ONCE)):
            query = f"SELECT count(*) FROM features WHERE key IN ({', '.join('?' * len(some))})"
            count += connection.execute(query, some).fetchall()[0][0]
        return count
    return 0


def _read(store: Path | None, keys: Sequence[bytes | None]) -> Generator[FloatArray | None, None, None]:
    """Yield what a store keeps, up to where it cannot be read; of vectors of several lengths, those like the first."""
    if store is None:
        return
    length = None
    with contextlib.suppress(sqlite3.Error), closing(opened_read_only(store, _PATIENCE_SECONDS)) as connection:
        for key in keys:
            vector = read_vector(connection, key) if key is not None else None
            if vector is not None and length is None:
                length = len(vector)
            yield vector if vector is not None and len(vector) == length else None
