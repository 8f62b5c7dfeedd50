"""Records the events of a training, and lets a test act on them."""

from collections.abc import Callable
from typing import TypeVar

from tlgui.errors import Cancelled
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

QUIET = JobContext()

EventT = TypeVar("EventT", bound=Event)


class Listener:
    """Keeps the events of a training; set `is_stopped` to press Stop.

    Args:
        act: Called with each event.
    """

    def __init__(self, act: Callable[[Event], None] = lambda _: None) -> None:
        self.events: list[Event] = []
        self.is_stopped = False
        self._act = act
        self.context = JobContext(self._report, self._checkpoint)

    def _report(self, event: Event) -> None:
        self.events.append(event)
        self._act(event)

    def _checkpoint(self) -> None:
        if self.is_stopped:
            raise Cancelled

    def of(self, kind: type[EventT]) -> list[EventT]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]


def stopping_at(is_time: Callable[[Event], bool]) -> Listener:
    """Return a listener whose user presses Stop at an event."""

    def act(event: Event) -> None:
        listener.is_stopped = listener.is_stopped or is_time(event)

    listener = Listener(act)
    return listener


def is_begin_of(stage: Stage) -> Callable[[Event], bool]:
    """Return whether an event is the first one of a stage."""
    return lambda event: isinstance(event, Progress) and event.stage is stage and event.done == 0


def is_batch_of(epoch: int) -> Callable[[Event], bool]:
    """Return whether an event is a batch of an epoch."""
    return lambda event: isinstance(event, BatchEnded) and event.epoch == epoch


def numbers(history: tuple[EpochEnded, ...]) -> list[tuple[float, ...]]:
    """Return the values of a history that the same training has again."""
    return [
        (
            ended.epoch,
            ended.loss,
            ended.accuracy,
            ended.validation_loss,
            ended.validation_accuracy,
            ended.learning_rate,
            ended.is_best,
            ended.is_fine_tuning,
        )
        for ended in history
    ]
