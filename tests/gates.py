"""Where a job of the fake engine waits until a test lets it go on."""

import threading
from collections.abc import Callable

from tlgui.progress import Event

_POLL_SECONDS = 0.005


class Gate:
    """A place where the fake waits until the test lets it go on; Stop works while it waits."""

    def __init__(self, matches: Callable[[Event], bool]) -> None:
        self._matches = matches
        self._reached = threading.Event()
        self._open = threading.Event()

    @property
    def is_reached(self) -> bool:
        """Whether the job waits here, or waited: for `qtbot.waitUntil(lambda: gate.is_reached)`."""
        return self._reached.is_set()

    def wait_until_reached(self, timeout: float = 10.0) -> None:
        """Block until the job waits here; only where no event loop must run."""
        assert self._reached.wait(timeout), "the job never came to the gate"

    def open(self) -> None:
        """Let the job go on, now and whenever it comes here again."""
        self._open.set()

    def pass_through(self, event: Event, checkpoint: Callable[[], None]) -> None:
        """Wait here before `event` is reported, if it is the one this gate is for."""
        if self._open.is_set() or not self._matches(event):
            return
        self._reached.set()
        while not self._open.wait(_POLL_SECONDS):
            checkpoint()
