"""Locks that say that a living process works on something."""

import errno
from pathlib import Path

import filelock

# `is_owned` of another process holds a lock for an instant only; whoever holds it longer than this owns it.
_TRIED_SECONDS = 0.2
_REST_SECONDS = 0.01
_KNOWS_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})


class OwnerLock:
    """Says that a living process works on something; the system releases it when the process ends, however it ends.

    It is right after a restart of the computer as well, when another process may have the number of the one that died.
    The file stays: were it deleted, two processes could lock two files of the same name.

    Args:
        path: The file that is locked; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A lock made of a file that is there or not, which stands in where the disk knows none, would outlive a kill.
        self._lock = filelock.FileLock(path, thread_local=False, fallback_to_soft=False, preserve_lock_file=True)

    @property
    def is_held(self) -> bool:
        """Whether the system keeps others from taking it."""
        return self._lock.is_locked

    def acquire(self, seconds: float = _TRIED_SECONDS) -> bool:
        """Take the lock; return whether it is ours now, and not somebody else's.

        A disk that knows no locks, as some network drives, says nothing about others: then nobody has it.

        Args:
            seconds: How long to try.

        Raises:
            OSError: The file cannot be made.
        """
        # The library would make the folder anew, where that was moved away meanwhile.
        if not self._path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder is not there", str(self._path.parent))
        try:
            self._lock.acquire(timeout=seconds, poll_interval=_REST_SECONDS)
        except filelock.Timeout:
            return False
        except OSError as error:
            if error.errno not in _KNOWS_NO_LOCKS:
                raise
        return True

    def release(self) -> None:
        """Release it; does nothing where the lock is not ours."""
        self._lock.release()


def is_owned(path: Path) -> bool:
    """Return whether a living process, this one or another, holds the `OwnerLock` at `path`; nothing is made."""
    try:
        with path.open("rb+") as stream:
            return not filelock.lock_descriptor(stream.fileno(), blocking=False)
    except OSError:
        return False
