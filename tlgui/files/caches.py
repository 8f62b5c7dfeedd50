"""Eviction and repair of the caches: facts, thumbnails and pictures of photos, features and digests.

Everything in a cache can be computed again, so a cache that fails costs time and never a result. Each failure is
logged as a warning, never passed over in silence:

- a damaged file is deleted and made again;
- a file that is only busy, or on a disk that is full or read-only, is left as it is, and the work goes on without it.
  Another process that holds a database locked has not damaged it: deleting it would cost that process its work;
- files that take more than their limit go, those first that were not used for longest. The time of the last use is the
  file's modification time, which `mark_used` sets.
"""

import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tlgui.files.databases import is_damage, opened_database, remove_database
from tlgui.files.places import cache_folder

DATABASE_SUFFIX = ".sqlite"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CacheDatabase:
    """An SQLite file of a cache, which is begun anew where it is damaged.

    Args:
        path: The file; its folder is made.
        prepare: Called with each new connection; creates what is missing, and raises `sqlite3.Error` for damage.
        timeout_seconds: How long to wait for another process that holds it.
        in_any_thread: Whether several threads use it, one at a time.
    """

    path: Path
    prepare: Callable[[sqlite3.Connection], None]
    timeout_seconds: float
    in_any_thread: bool = False

    def open(self) -> sqlite3.Connection | None:
        """Return a connection to a sound database; None where the disk refuses or another process holds it."""
        return self._opened(may_discard=True)

    def reopen(self, error: Exception) -> sqlite3.Connection | None:
        """Return a connection to go on with after an error; the one that failed must be closed.

        Args:
            error: What SQLite said, or another error where the content is nonsense.

        Returns:
            A connection to a database begun anew where the error says that it is damaged, otherwise None.
        """
        if not is_damage(error):
            warn_unusable(self.path, error)
            return None
        return self._opened(may_discard=False) if discard(self.path, error) else None

    def _opened(self, *, may_discard: bool) -> sqlite3.Connection | None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = self._prepared()
        except (OSError, sqlite3.Error) as error:
            if may_discard and is_damage(error) and discard(self.path, error):
                return self._opened(may_discard=False)
            warn_unusable(self.path, error)
            return None
        mark_used(self.path)
        return connection

    def _prepared(self) -> sqlite3.Connection:
        connection = opened_database(self.path, self.timeout_seconds, in_any_thread=self.in_any_thread)
        try:
            self.prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def cache_path(*parts: str) -> Path | None:
    """Return a path in the cache folder; None where the disk refuses the folder, which is logged.

    Args:
        parts: The names below the cache folder; none of them is made.
    """
    try:
        return cache_folder().joinpath(*parts)
    except OSError as error:
        _log.warning("There is no cache folder: %s", error)
        return None


def discard(path: Path, reason: object) -> bool:
    """Delete a damaged file of a cache, so that it is made again; return whether it is gone.

    Args:
        path: The file; with a database go its journals.
        reason: What is wrong with it, for the log.
    """
    _log.warning("The cache file %s is damaged and is made again: %s", path, reason)
    try:
        _remove(path)
    except OSError as error:
        warn_unusable(path, error)
        return False
    return True


def warn_unusable(path: Path, error: Exception) -> None:
    """Log that the work goes on without a file of a cache, which stays as it is."""
    _log.warning("The cache file %s cannot be used: %s", path, error)


def mark_used(path: Path) -> None:
    """Note that a file of a cache is used now, so that `evict` takes others first."""
    # A read-only disk keeps the older time, and evicts nothing either.
    with contextlib.suppress(OSError):
        os.utime(path)


def evict(
    folder: Path,
    most_bytes: int,
    *,
    suffix: str = "",
    keep: Path | None = None,
    kept_share: float = 1.0,
    spared_since: float | None = None,
) -> int:
    """Delete the files that were not used for longest, where the files of a cache take more than their limit.

    Args:
        folder: Where they are, in subfolders too; nothing is done where it is not there.
        most_bytes: The most bytes that all of them may take.
        suffix: What their names end with; all files where it is empty.
        keep: A file that stays however old and large it is, such as the one in use.
        kept_share: The share of `most_bytes` that is left once anything is deleted, 0..1. A share below one makes
            evictions of many small files rarer.
        spared_since: Files used since then stay, in seconds since 1970; None, the default, spares none.

    Returns:
        The bytes that are left.
    """
    known = sorted(_last_uses(folder, suffix))
    total = sum(size for _, size, _ in known)
    if total <= most_bytes:
        return total
    kept = str(keep) if keep is not None else None
    for used, size, path in known:
        if total <= most_bytes * kept_share or (spared_since is not None and used >= spared_since):
            break
        if path != kept and _is_removed(Path(path)):
            total -= size
    return total


def _last_uses(folder: Path, suffix: str) -> list[tuple[float, int, str]]:
    """Return when each file was last used, its size in bytes, and its path as text: there may be 100,000 of them."""
    found: list[tuple[float, int, str]] = []
    for below, _, names in os.walk(folder):
        for name in names:
            if name.endswith(suffix):
                path = os.path.join(below, name)  # noqa: PTH118 - see above
                # Another process may evict at the same time, and what cannot be looked at cannot be deleted.
                with contextlib.suppress(OSError):
                    state = os.stat(path)  # noqa: PTH116 - see above
                    found.append((state.st_mtime, state.st_size, path))
    return found


def _is_removed(path: Path) -> bool:
    try:
        _remove(path)
    except OSError as error:
        warn_unusable(path, error)
        return False
    return True


def _remove(path: Path) -> None:
    if path.suffix == DATABASE_SUFFIX:
        remove_database(path)
    else:
        path.unlink(missing_ok=True)
