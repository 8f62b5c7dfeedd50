"""Lets the GUI thread run before the threads that work through many photos.

Python runs one thread at a time. A repaint acquires the interpreter lock hundreds of times, and may have to wait for
every other thread each time: measured with three threads that read 100,000 photos, 40 ms of work in the GUI thread took
110 ms. So such threads call `give_way` between two photos, which returns at once unless the GUI thread has something to
show, and do not free many objects in one go. In a process without a window nothing ever waits.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# After this time threads go on: the GUI thread may be waiting for one of them.
_LONGEST_SECONDS = 0.1
_STEP_SECONDS = 0.001
_FREED_AT_ONCE = 1000


class _Priority:
    ends_at = 0.0
    is_suspended = False


_priority = _Priority()


def request() -> None:
    """Let the GUI thread run first until `release` is called; may be called from any thread."""
    _priority.ends_at = time.monotonic() + _LONGEST_SECONDS


def release() -> None:
    """Let other threads go on."""
    _priority.ends_at = 0.0


@contextmanager
def held() -> Iterator[None]:
    """Let the GUI thread run first within a block."""
    request()
    try:
        yield
    finally:
        release()


@contextmanager
def suspended() -> Iterator[None]:
    """Let no thread pause within a block in which the GUI thread waits for other threads."""
    _priority.is_suspended = True
    try:
        yield
    finally:
        _priority.is_suspended = False


def is_requested() -> bool:
    """Return whether the GUI thread is to run first."""
    return not _priority.is_suspended and time.monotonic() < _priority.ends_at


def give_way() -> None:
    """Pause while the GUI thread is to run first, for a tenth of a second at most after the last request.

    The main thread, which is the GUI thread where there is one, never pauses.
    """
    while is_requested() and threading.get_ident() != threading.main_thread().ident:
        time.sleep(_STEP_SECONDS)


def free_in_portions(items: list[Any]) -> None:
    """Empty a list whose items nothing else references.

    Freeing holds the interpreter lock: 60 ms for 100,000 items in one go.

    Args:
        items: The list, which is empty afterwards.
    """
    while items:
        del items[-_FREED_AT_ONCE:]
