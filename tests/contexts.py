"""Contexts for jobs that are run without an engine."""

from tlgui.errors import Cancelled
from tlgui.progress import JobContext


def stopping_at(count: int) -> JobContext:
    """Return the context of a job whose user presses Stop at the `count`-th checkpoint."""
    seen = 0

    def checkpoint() -> None:
        nonlocal seen
        seen += 1
        if seen >= count:
            raise Cancelled

    return JobContext(checkpoint=checkpoint)
