"""Bounds the size of a cache folder: the files that were used last stay, older ones are deleted."""

import logging
from pathlib import Path

_log = logging.getLogger(__name__)


def delete_least_recently_used(folder: Path, pattern: str, most_bytes: int, keep: Path) -> None:
    """Delete the files of a cache that were not used for longest, until the others fit into a size.

    A file counts as used when its modification time is set. A file that cannot be deleted is logged and left.

    Args:
        folder: The cache's folder.
        pattern: Which of its files belong to the cache, as for `Path.glob`.
        most_bytes: Size of all files together, in bytes.
        keep: A file that is in use and never deleted; it counts first, and may not exist yet.
    """
    try:
        states = [(path != keep, -path.stat().st_mtime_ns, path.stat().st_size, path) for path in folder.glob(pattern)]
        total = 0
        for may_go, _, size, path in sorted(states):
            if may_go and total + size > most_bytes:
                path.unlink(missing_ok=True)
            else:
                total += size
    except FileNotFoundError:
        # Another process deletes files of the same cache.
        return
    except OSError:
        _log.warning("The cache in %s cannot be made smaller.", folder, exc_info=True)
