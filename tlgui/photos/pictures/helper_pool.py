"""Helper processes that open photos for this one, as many as its threads ask for; a photo that ends one is refused.

A process is ended by a photo in three ways, and told apart by how it ended:

- It crashed (a signal such as SIGSEGV). What an earlier photo left broken in its memory may be to blame, so the photo
  is tried once more in a new helper; if that one crashes too, the photo is damaged, and remembered.
- It took too long, and ended by its own timer. It would again, so the photo is damaged, and remembered, at once.
- It was ended from outside, by the system when memory ran out for instance, or for a reason that is not known. The
  photo is tried once more in a new helper. If that ends as well, the photo is refused for now, and tried another time.
"""

import atexit
import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import IO, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.pictures.crashes import CrashList, crash_key
from tlgui.photos.pictures.helper_protocol import (
    Answer,
    BrokenTalkError,
    Task,
    answer_in,
    receive,
    send,
    task_message,
)
from tlgui.photos.pictures.helper_start import helper_command
from tlgui.photos.pictures.memory import decoding
from tlgui.photos.pictures.opening import UnusablePhotoError, damaged, out_of_memory, unusable

PHOTO_SECONDS = 20.0
"""What opening one photo may take, and some more for a large file on a slow disk."""

LOG_NAME = "photos.log"
_EXIT_SECONDS = 5.0
_TRIES = 2
_CRASH_SIGNALS = frozenset({"SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS"})
_TIMER_SIGNAL = "SIGALRM"
# On Windows a process that crashed leaves a code such as 0xC0000005, and the timer another.
_FIRST_CRASH_CODE = 0xC0000000
_TIMER_CODE = 1

_log = logging.getLogger(__name__)

AnswerT = TypeVar("AnswerT")


class _DiedError(Exception):
    """The helper ended in the middle of a photo.

    Args:
        code: Its exit code; negative for a signal.
        share: How long it was at work on the photo, of what it may be.
    """

    def __init__(self, code: int, share: float) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self._share = share

    @property
    def signal_name(self) -> str:
        """The name of the signal that ended it, or nothing."""
        number = -self.code
        return signal.Signals(number).name if number in set(signal.Signals) else ""

    @property
    def is_timeout(self) -> bool:
        """Whether its own timer ended it."""
        return self.signal_name == _TIMER_SIGNAL or (self.code == _TIMER_CODE and self._share >= 1)

    @property
    def is_crash(self) -> bool:
        """Whether it crashed."""
        return self.signal_name in _CRASH_SIGNALS or self.code >= _FIRST_CRASH_CODE


class _NoHelperError(Exception):
    """No helper can be started."""


class _Helper:
    """One helper process, used by one thread at a time."""

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._seconds = seconds
        with files.open_log(LOG_NAME) as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                # Ctrl+C in a terminal ends what runs there, at once; a helper ends when its pipe does.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("BufferedReader", self._process.stdout)
        self._is_ready = False

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def converse(self, tasks: Sequence[Task]) -> Iterator[Answer]:
        """Yield what comes of each photo; raises `_DiedError` when the helper ended instead."""
        began = time.monotonic()
        try:
            if not self._is_ready:
                self._is_ready = bool(receive(self._answers))
            # While the helper works on one it has the next: waiting for each other takes as long as reading a header.
            send(self._requests, *map(task_message, tasks))
            for task in tasks:
                began = time.monotonic()
                yield self._next(task)
        except (BrokenTalkError, OSError) as error:
            share = (time.monotonic() - began) / self._seconds
            raise _DiedError(self._exit_code(), share) from error

    def _next(self, task: Task) -> Answer:
        message = receive(self._answers)
        needed = message.get("large")
        if not isinstance(needed, int):
            return answer_in(message, self._answers, task)
        with decoding.room(needed):
            send(self._requests, {"turn": True})
            return answer_in(receive(self._answers), self._answers, task)

    def end(self) -> None:
        """Make sure that the process is gone, and let go of what it held."""
        self._process.kill()
        self._process.wait()
        for stream in (self._requests, self._answers):
            # What could not be written any more is tried again here.
            with contextlib.suppress(OSError):
                stream.close()

    def kill(self) -> None:
        """End the process; a thread that waits for its answer learns of it."""
        self._process.kill()

    def _exit_code(self) -> int:
        # The pipe closes a moment before the process has its exit code. One that talks nonsense has none.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_EXIT_SECONDS)
        return -signal.SIGABRT


class HelperPool:
    """Helpers for the threads of this process: started when they are needed, at most one for each processor core.

    Args:
        seconds: What opening one photo may take.
        modules: Imported by each helper when it starts; tests bring a library that crashes.
    """

    def __init__(self, seconds: float = PHOTO_SECONDS, modules: Sequence[str] = ()) -> None:
        self._seconds = seconds
        self._arguments = (str(seconds), *modules)
        self._crashes = CrashList()
        self._turns = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._lock = threading.Lock()
        self._idle: list[_Helper] = []
        self._busy: set[_Helper] = set()
        self._is_closed = False

    def ask(self, tasks: Sequence[Task]) -> list[Answer]:
        """Have photos opened by a helper, one after the other.

        Returns:
            What came of each, in order; a photo that ended its helper is a refusal too.
        """
        keys = {task: crash_key(task.path) for task in tasks}
        waiting = [task for task in keys if not self._crashes.has(keys[task])]
        with self._turns:
            answers = dict(zip(waiting, self._answers(waiting, keys), strict=True))
        return [answers[task] if task in answers else damaged(task.path) for task in tasks]

    def close(self) -> None:
        """End all helpers; a photo that one of them opens is refused."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            for helper in self._busy:
                helper.kill()
        for helper in idle:
            helper.end()

    def _answers(self, tasks: Sequence[Task], keys: Mapping[Task, str]) -> list[Answer]:
        done: list[Answer] = []
        tries = 0
        try:
            while len(done) < len(tasks):
                # The photo that a helper ended at is tried alone, in a new one.
                some = tasks[len(done) :][: 1 if tries else None]
                try:
                    for answer in self._conversation(some, is_new=tries > 0):
                        done.append(answer)
                        tries = 0
                except _DiedError as error:
                    # One that was idle for long leaves by itself, perhaps just now.
                    tries += error.code != 0
                    if error.is_timeout or tries == _TRIES:
                        task = tasks[len(done)]
                        done.append(self._blamed(task.path, keys[task], error))
                        tries = 0
        except _NoHelperError as error:
            done += [_no_helper(task.path, str(error)) for task in tasks[len(done) :]]
        return done

    def _conversation(self, tasks: Sequence[Task], *, is_new: bool) -> Iterator[Answer]:
        helper = self._taken(is_new=is_new)
        try:
            yield from helper.converse(tasks)
        except BaseException:
            self._put_away(helper)
            raise
        self._give_back(helper)

    def _blamed(self, path: Path, key: str, error: _DiedError) -> UnusablePhotoError:
        how = error.signal_name or str(error)
        _log.info("“%s” ended the process that opened it (%s); see %s", path, how, LOG_NAME)
        if error.is_timeout or error.is_crash:
            self._crashes.add(key)
            return damaged(path)
        if error.signal_name == "SIGKILL":
            return out_of_memory(path)
        return _no_helper(path, f"it ended unexpectedly ({how})")

    def _taken(self, *, is_new: bool) -> _Helper:
        """Return a helper that works on nothing; raises `_NoHelperError` where none can be started."""
        with self._lock:
            gone = [helper for helper in self._idle if helper.has_ended]
            self._idle = [helper for helper in self._idle if helper not in gone]
            helper = self._idle.pop() if self._idle and not is_new else None
        for other in gone:
            other.end()
        try:
            helper = helper or _Helper(helper_command(self._arguments), self._seconds)
        except OSError as error:
            raise _NoHelperError(error.strerror or str(error)) from error
        with self._lock:
            if not self._is_closed:
                self._busy.add(helper)
                return helper
        helper.end()
        raise _NoHelperError("the program ends")

    def _give_back(self, helper: _Helper) -> None:
        with self._lock:
            self._busy.discard(helper)
            if not self._is_closed:
                self._idle.append(helper)
                return
        helper.end()

    def _put_away(self, helper: _Helper) -> None:
        with self._lock:
            self._busy.discard(helper)
        helper.end()


_pool = HelperPool()


def read_pixels(task: Task) -> NDArray[np.uint8]:
    """Have a photo decoded by a helper.

    Returns:
        uint8 array of shape (height, width, 3).

    Raises:
        UnusablePhotoError: It cannot be read, or ended its helper.
    """
    (found,) = _done([task], np.ndarray)
    if isinstance(found, UnusablePhotoError):
        raise found
    return found


def read_facts(paths: Sequence[Path]) -> list[PhotoFacts | UnusablePhotoError]:
    """Have a helper find out what photos tell; the states of their files are left open.

    Returns:
        What each tells, in order, or why it cannot be read; it may have ended its helper.
    """
    return _done([Task("facts", path) for path in paths], PhotoFacts)


def use(pool: HelperPool) -> None:
    """End the helpers of this process, and start those of `pool` from now on."""
    global _pool
    _pool, before = pool, _pool
    before.close()


def close() -> None:
    """End the helpers of this process; another photo would start new ones.

    It need not be called for that: they end with this process. But a thread that waits for one would hold it up.
    """
    use(HelperPool())


atexit.register(close)


def _done(tasks: Sequence[Task], kind: type[AnswerT]) -> list[AnswerT | UnusablePhotoError]:
    """Return what comes of photos; a helper that gives another thing than was asked for was taken over by the photo."""
    answers = zip(tasks, _pool.ask(tasks), strict=True)
    return [answer if isinstance(answer, kind | UnusablePhotoError) else damaged(task.path) for task, answer in answers]


def _no_helper(path: Path, why: str) -> UnusablePhotoError:
    reason = f"The process that opens such photos does not work: {why}."
    return unusable(path, ProblemKind.UNREADABLE, reason, "Read the folder again later.", is_lasting=False)
