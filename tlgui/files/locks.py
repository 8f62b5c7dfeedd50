"""Locks that say that a living process works on something."""

import contextlib
from pathlib import Path

import filelock

# `is_owned` of another process holds a lock for an instant only; whoever holds it longer than this owns it.
_TRIED_SECONDS = 0.05
_REST_SECONDS = 0.01


class OwnerLock:
    """Says that a living process works on something; the system releases it when the process ends, however it ends.

    It is right after a restart of the computer as well, when another process may have the number of the one that died.
    The file stays: were it deleted, two processes could lock two files of the same name.

    Args:
        path: The file that is locked; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._lock = filelock.FileLock(path, thread_local=False)

    def acquire(self) -> bool:
        """Take the lock; return whether it is ours now, and not somebody else's.

        A disk that knows no locks, as some network drives, says nothing about others: then nobody has it.

        Raises:
            OSError: The file cannot be made.
        """
        try:
            self._lock.acquire(timeout=_TRIED_SECONDS, poll_interval=_REST_SECONDS)
        except filelock.Timeout:
            return False
        except NotImplementedError:
            return True
        return True

    def release(self) -> None:
        """Release it; does nothing where the lock is not ours."""
        self._lock.release()


def is_owned(path: Path) -> bool:
    """Return whether a living process, this one or another, holds the `OwnerLock` at `path`."""
    if not path.exists():
        return False
    lock = filelock.FileLock(path, thread_local=False)
    with contextlib.suppress(OSError, NotImplementedError):
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        lock.release()
    return False
