"""What the tests of the engine's process share: a user who presses Stop, and the window's thread."""

import threading
from collections.abc import Callable

import psutil

from tests.scripted_jobs import Do
from tlgui.engine.client import EngineProcess
from tlgui.errors import Cancelled, TlguiError
from tlgui.progress import Event, JobContext, Progress, Stage

JOBS = "tests.scripted_jobs"


class Stop:
    """A user who presses Stop when an event is reported, or later."""

    def __init__(self, after: type[Event] | None = None) -> None:
        self.events: list[Event] = []
        self._after = after
        self._pressed = threading.Event()

    def press(self) -> None:
        self._pressed.set()

    @property
    def context(self) -> JobContext:
        return JobContext(self._report, self._checkpoint)

    def _report(self, event: Event) -> None:
        self.events.append(event)
        # The start-up reports progress too, and is not what the test wants to stop.
        if self._after is not None and isinstance(event, self._after) and event != Progress(Stage.STARTING):
            self.press()

    def _checkpoint(self) -> None:
        if self._pressed.is_set():
            raise Cancelled


class InThread:
    """Runs a job on a thread of its own, as the window does."""

    def __init__(self, engine: EngineProcess, request: Do, context: JobContext) -> None:
        self.outcome: object = None
        self._thread = threading.Thread(target=self._run, args=(engine, request, context))
        self._thread.start()

    def _run(self, engine: EngineProcess, request: Do, context: JobContext) -> None:
        try:
            self.outcome = engine.run(request, context)
        except (Cancelled, TlguiError) as error:
            self.outcome = error

    def wait(self) -> object:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.outcome


def when_reported(action: Callable[[], None], stage: Stage) -> JobContext:
    """Return a context that does `action` when the job reports `stage`."""

    def report(event: Event) -> None:
        if isinstance(event, Progress) and event.stage is stage:
            action()

    return JobContext(report)


def process_of(engine: EngineProcess) -> psutil.Process:
    assert engine.process_id is not None
    return psutil.Process(engine.process_id)
