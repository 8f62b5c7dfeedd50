"""The other side of a worker: hands it files, watches its time and memory, and ends it where it goes beyond them."""

import contextlib
import multiprocessing
import signal
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.fuzz.families import Read
from tests.fuzz.worker import Answer, Outcome, serve

_LOOK_SECONDS = 0.05
_LEAVE_SECONDS = 5.0
_MOST_LOG_BYTES = 6000
_WARM_UP_SECONDS = 900.0
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take.

    Args:
        processor_seconds: Processor time of the worker and its helpers; beyond it the worker hangs.
        clock_seconds: Time by the clock. It is longer, as the machine may be busy with other things.
        memory_bytes: Memory of the worker and its helpers.
    """

    processor_seconds: float = 20.0
    clock_seconds: float = 60.0
    memory_bytes: int = 2 * _GIB


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one file.

    Args:
        outcome: How it ended.
        signature: The same for the same fault; empty where there was none.
        details: The words of a refusal, a traceback, or the last lines of a process that died.
        seconds: By the clock.
        peak_bytes: The most memory that was seen.
    """

    outcome: Outcome
    signature: str
    details: str
    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class _Use:
    """What a process and those it started use."""

    processor_seconds: float = 0.0
    bytes: int = 0


class Watcher:
    """A worker, started when it is needed and again after it ended; a context manager.

    Args:
        folder: For the worker's home and log.
        limits: What reading one file may take.
        warm_up: Run in each new worker before its first file, and given all the time it wants.
    """

    def __init__(self, folder: Path, limits: Limits | None = None, warm_up: Read = Path.exists) -> None:
        self._folder = folder
        self._limits = limits or Limits()
        self._warm_up = warm_up
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        """Return itself; the worker is started by the first file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the worker."""
        self._end()

    def run(self, read: Read, path: Path) -> Result:
        """Have one file read.

        Raises:
            RuntimeError: The worker cannot even be started.
        """
        if self._process is None:
            self._start()
        return self._watched(read, path, self._limits)

    def prepare(self, work: Read, path: Path) -> None:
        """Have something done that must work, such as making seeds, in whatever time it takes.

        Raises:
            RuntimeError: It did not work.
        """
        if self._process is None:
            self._start()
        patience = Limits(_WARM_UP_SECONDS, _WARM_UP_SECONDS, 4 * self._limits.memory_bytes)
        result = self._watched(work, path, patience)
        if result.outcome is not Outcome.FINE:
            raise RuntimeError(f"preparing failed: {result.outcome}\n{result.details}")

    @property
    def _log(self) -> Path:
        return self._folder / "worker.log"

    def _start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, self._folder / "home", self._log))
        self._process.start()
        theirs.close()
        # To start takes its time too, on a busy machine above all.
        self.prepare(self._warm_up, self._folder)

    def _watched(self, read: Read, path: Path, limits: Limits) -> Result:
        assert self._process is not None
        assert self._connection is not None
        begun, most = time.monotonic(), 0
        before: _Use | None = None
        answer: Answer | None = None
        fault: Outcome | None = None
        try:
            self._connection.send((read, path, limits.clock_seconds))
            while fault is None and not self._connection.poll(_LOOK_SECONDS):
                use = _use_of(self._process)
                # To measure takes longer than most files do, so it begins with the first look.
                before = before or use
                most = max(most, use.bytes)
                fault = _fault(before, use, time.monotonic() - begun, limits)
            if fault is None:
                answer = self._connection.recv()
        except (EOFError, OSError):
            fault = Outcome.DIED
        seconds = time.monotonic() - begun
        if answer is None:
            signature, details = self._end_of(fault or Outcome.DIED)
            return Result(fault or Outcome.DIED, signature, details, seconds, most)
        most = max(most, answer.peak_bytes)
        # What libraries keep from file to file is not the fault of the next file.
        if answer.resident_bytes > limits.memory_bytes / 2:
            self._end()
        if most > limits.memory_bytes:
            return Result(Outcome.MEMORY, Outcome.MEMORY, answer.details, seconds, most)
        return Result(answer.outcome, answer.signature, answer.details, seconds, most)

    def _end_of(self, outcome: Outcome) -> tuple[str, str]:
        """End a worker that gave no answer; return the signature of that, and what its log says."""
        assert self._process is not None
        if outcome is Outcome.DIED:
            self._process.join(_LEAVE_SECONDS)
        code = self._process.exitcode
        self._end(patience_seconds=0)
        with contextlib.suppress(OSError):
            said = self._log.read_bytes()[-_MOST_LOG_BYTES:].decode("utf-8", "replace")
            return (_code_words(code) if outcome is Outcome.DIED else outcome), said
        return outcome, ""

    def _end(self, patience_seconds: float = _LEAVE_SECONDS) -> None:
        """End the worker and whatever it started; one that is idle ends by itself."""
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if process is None or connection is None:
            return
        helpers = _helpers(process)
        connection.close()
        process.join(patience_seconds)
        process.kill()
        process.join()
        process.close()
        for helper in helpers:
            with contextlib.suppress(psutil.Error):
                helper.kill()


def _fault(before: _Use, now: _Use, seconds: float, limits: Limits) -> Outcome | None:
    if now.bytes > limits.memory_bytes:
        return Outcome.MEMORY
    is_late = seconds > limits.clock_seconds
    return (
        Outcome.HANG if is_late or now.processor_seconds - before.processor_seconds > limits.processor_seconds else None
    )


def _helpers(process: SpawnProcess) -> list[psutil.Process]:
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.Error:
        return []


def _use_of(process: SpawnProcess) -> _Use:
    seconds, size = 0.0, 0
    with contextlib.suppress(psutil.Error):
        for one in (psutil.Process(process.pid), *_helpers(process)):
            with contextlib.suppress(psutil.Error):
                times = one.cpu_times()
                seconds += times.user + times.system
                size += one.memory_info().rss
    return _Use(seconds, size)


def _code_words(code: int | None) -> str:
    if code is None:
        return "ended without a word"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
