"""A pool of threads that belongs to an object, which can be deleted while the threads work."""

import functools

from PySide6.QtCore import QObject, QThreadPool


def owned_pool(owner: QObject, threads: int) -> QThreadPool:
    """Return a pool that is deleted with its owner.

    What has begun then is waited for, and what has not is dropped. Qt alone would wait, too, but with the interpreter
    lock where it deletes a window, and the threads need that to come to an end.

    Args:
        owner: The owner.
        threads: How many tasks run at once.
    """
    pool = QThreadPool(owner)
    pool.setMaxThreadCount(threads)
    owner.destroyed.connect(functools.partial(_finish, pool))
    return pool


def _finish(pool: QThreadPool) -> None:
    pool.clear()
    # Without the interpreter lock.
    pool.waitForDone()
