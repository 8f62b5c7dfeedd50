"""File locks that are held for as long as a process works on something, and that a killed process releases."""

import errno
from pathlib import Path

import filelock

# `is_owned` in another process holds the lock for an instant only; a lock that is held for longer has an owner.
_ACQUIRE_SECONDS = 0.2
_POLL_SECONDS = 0.01
_LOCKS_UNSUPPORTED = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL})


class OwnerLock:
    """A lock of the system's on a file, which is released when the process ends, a kill included.

    A process id in a file would be wrong after a restart of the computer, when another process may have that number.
    The file is never deleted: otherwise two processes could lock two files of the same name.

    Args:
        path: The file that is locked; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # The fallback for disks without locks is a file whose existence is the lock: it would outlive a kill.
        self._lock = filelock.FileLock(path, thread_local=False, fallback_to_soft=False, preserve_lock_file=True)

    @property
    def is_held(self) -> bool:
        """Whether this process holds the lock, and the disk supports locks."""
        return self._lock.is_locked

    def acquire(self, timeout_seconds: float = _ACQUIRE_SECONDS) -> bool:
        """Take the lock, if no other process holds it.

        Args:
            timeout_seconds: How long to try.

        Returns:
            False where another process holds it. True also on a disk without locks, as some network drives are: there
            other owners cannot be found out.

        Raises:
            OSError: The file cannot be made.
        """
        # The library would make the folder again, where it was moved away meanwhile.
        if not self._path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder is not there", str(self._path.parent))
        try:
            self._lock.acquire(timeout=timeout_seconds, poll_interval=_POLL_SECONDS)
        except filelock.Timeout:
            return False
        except OSError as error:
            if error.errno not in _LOCKS_UNSUPPORTED:
                raise
        return True

    def release(self) -> None:
        """Release the lock; does nothing where this process does not hold it."""
        self._lock.release()


def is_owned(path: Path) -> bool:
    """Return whether any process, this one included, holds the `OwnerLock` at `path`; the file is not made."""
    try:
        with path.open("rb+") as stream:
            return not filelock.lock_descriptor(stream.fileno(), blocking=False)
    except OSError:
        return False
