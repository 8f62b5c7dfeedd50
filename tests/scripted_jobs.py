"""Jobs for the engine process that need no TensorFlow, and go wrong in the ways that real ones rarely do."""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NoReturn

import psutil
from typing_extensions import override

from tlgui.engine.protocol import Request
from tlgui.errors import Cancelled, PhotoError
from tlgui.progress import BatchEnded, EpochEnded, JobContext, Progress, Stage


@dataclass(frozen=True)
class Do(Request[object]):
    """Run the function of this name below."""

    name: str
    argument: object = None


@dataclass(frozen=True)
class DoBehindTheScenes(Do):
    """The same, asked for by the program itself."""

    is_background: ClassVar[bool] = True


@dataclass(frozen=True)
class DoAside(DoBehindTheScenes):
    """The same, answered during another job."""

    is_aside: ClassVar[bool] = True


class ResourceExhaustedError(Exception):
    """Stands for TensorFlow's error of that name."""


class Unpicklable:
    """Cannot leave the process it was made in."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@dataclass(frozen=True)
class Hang:
    """Keeps the engine from its rest for ever, once it was answered with."""


class UnreadableError(PhotoError):
    """Can be pickled, but not unpickled: the trap of exceptions with arguments of their own."""

    def __init__(self, message: str, hint: str, _third: int) -> None:
        super().__init__(message, hint)


class UnexpectedRequest(Do):
    """Cannot be unpickled in the engine."""

    @override
    def __reduce__(self) -> tuple[object, ...]:
        return _refuse, ()


def _refuse() -> NoReturn:
    if __name__ == "tests.scripted_jobs" and "tlgui.engine.server" in sys.modules:
        raise AttributeError("no such request")
    raise AssertionError("unpickled in the wrong process")


_told: list[object] = []


def perform(request: Do, context: JobContext) -> object:
    return _JOBS[request.name](request.argument, context)


def get_ready_after(result: object) -> None:
    if isinstance(result, Path):
        result.touch()
        raise ZeroDivisionError("by nought")
    while isinstance(result, Hang):
        time.sleep(1)


def _echo(argument: object, _context: JobContext) -> object:
    print("noise on standard output")  # noqa: T201 - the test looks where it goes
    os.write(1, b"noise from C++\n")
    return argument


def _work(_argument: object, context: JobContext) -> NoReturn:
    context.report(Progress(Stage.TRAINING))
    while True:
        context.checkpoint()
        time.sleep(0.001)


def _work_until_stopped(argument: object, context: JobContext) -> object:
    try:
        _work(None, context)
    except Cancelled:
        return argument


def _work_until_told(argument: object, context: JobContext) -> object:
    _told.clear()
    context.report(Progress(Stage.TRAINING))
    while not _told:
        context.checkpoint()
        time.sleep(0.001)
    return argument, _told[0]


def _tell(argument: object, context: JobContext) -> object:
    # A job within a job could otherwise be asked for another one.
    context.checkpoint()
    _told.append(argument)
    return f"told {argument}"


def _hang(_argument: object, context: JobContext) -> NoReturn:
    context.report(Progress(Stage.TRAINING))
    while True:
        time.sleep(1)


def _hurry(_argument: object, context: JobContext) -> None:
    for batch in range(1, 2001):
        context.report(BatchEnded(1, 1, batch, 2000, 0.5, 0.5))
        context.report(Progress(Stage.TRAINING, batch, 2000))
    for epoch in range(1, 4):
        context.report(EpochEnded(epoch, 3, 0.5, 0.5, 0.5, 0.5, 0.1, 1.0, is_best=True))


def _fail(_argument: object, _context: JobContext) -> NoReturn:
    raise PhotoError("“a.jpg” is empty.", "Remove it.")


def _fail_unreadably(_argument: object, _context: JobContext) -> NoReturn:
    raise UnreadableError("“a.jpg” is empty.", "Remove it.", 3)


def _break(_argument: object, _context: JobContext) -> NoReturn:
    raise ZeroDivisionError("by nought")


def _exhaust(argument: object, _context: JobContext) -> NoReturn:
    raise MemoryError if argument == "python" else ResourceExhaustedError("OOM when allocating tensor")


def _fill_disk(argument: object, _context: JobContext) -> NoReturn:
    raise OSError(28, "No space left on device", str(argument))


def _die(argument: object, context: JobContext) -> NoReturn:
    context.report(Progress(Stage.TRAINING))
    if isinstance(argument, signal.Signals):
        os.kill(os.getpid(), argument)
        signal.pause()
    os._exit(3)


def _process(_argument: object, _context: JobContext) -> dict[str, object]:
    return {"id": os.getpid(), "niceness": psutil.Process().nice(), "modules": sorted(sys.modules)}


def _leave_a_file(_argument: object, _context: JobContext) -> str:
    handle, name = tempfile.mkstemp()
    os.close(handle)
    return name


_JOBS: dict[str, Callable[[object, JobContext], object]] = {
    "echo": _echo,
    "work": _work,
    "work until stopped": _work_until_stopped,
    "work until told": _work_until_told,
    "tell": _tell,
    "hang": _hang,
    "hurry": _hurry,
    "fail": _fail,
    "fail unreadably": _fail_unreadably,
    "break": _break,
    "exhaust": _exhaust,
    "fill disk": _fill_disk,
    "die": _die,
    "return what cannot be sent": lambda _argument, _context: Unpicklable(),
    "describe process": _process,
    "leave a file": _leave_a_file,
}
