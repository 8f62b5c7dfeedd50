"""A pool of helper processes that open photos for the threads of this process; a photo that ends one is refused.

The libraries of HEIC, AVIF, TIFF can be crashed or hung by a damaged file (`formats`); in a process of their own that
ends neither the window nor the engine. A helper serves one thread at a time. Helpers are plain subprocesses: a child
of `multiprocessing` would import the main module of the program again, and the engine may not have children of that
kind. Against the same code in one process, 400 HEIC headers take 94 to 100 % of the speed, 400 photos decoded at 224
pixels 101 to 113 %.

The exit status distinguishes three ways in which a photo ends a helper:

- It crashed (a signal such as SIGSEGV). An earlier photo may have corrupted its memory, so the photo is tried once more
  in a new helper; if that one crashes too, the photo is damaged, and added to the list of `crashes`.
- It took more than 20 seconds and was ended by its own timer. It would be again, so the photo is damaged, and added to
  the list at once.
- It was killed from outside, by the system when memory ran out for instance, or ended for an unknown reason. The photo
  is tried once more in a new helper. If that ends as well, the photo is refused, but not for good.
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

from tlgui import files
from tlgui.photos.collection import ProblemKind
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.pictures.crashes import CrashList, crash_key
from tlgui.photos.pictures.decoded import DecodedPhoto, SmallPhoto
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
"""Time limit for opening one photo; a large file gets more, for slow disks."""

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
        share: The time it spent on the photo, as a share of the limit.
    """

    def __init__(self, code: int, share: float) -> None:
        super().__init__(f"exit code {code}")
        self.code = code
        self._share = share

    @property
    def signal_name(self) -> str:
        """The name of the signal that ended it, or an empty string."""
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
        """Yield the answer for each task; raises `_DiedError` when the helper ended instead."""
        began = time.monotonic()
        try:
            if not self._is_ready:
                self._is_ready = bool(receive(self._answers))
            # All at once: a round trip for each takes as long as reading a header.
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
        """Kill the process, wait until it is gone, and close its pipes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._requests, self._answers):
            # Closing tries once more to write what could not be written.
            with contextlib.suppress(OSError):
                stream.close()

    def kill(self) -> None:
        """Kill the process; a thread that waits for its answer gets a `_DiedError`."""
        self._process.kill()

    def _exit_code(self) -> int:
        # The pipe closes a moment before the exit status is there. A helper that sends invalid messages still runs.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_EXIT_SECONDS)
        return -signal.SIGABRT


class HelperPool:
    """Helpers for the threads of this process: started on demand, at most one for each processor core.

    Args:
        seconds: Time limit for opening one photo, `PHOTO_SECONDS` by default.
        modules: Names of modules that each helper imports at its start; tests name a library that crashes.
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

    def run(self, tasks: Sequence[Task]) -> list[Answer]:
        """Execute tasks in a helper, one after the other.

        Args:
            tasks: What to do with which photo.

        Returns:
            The answer for each, in order; for a photo that ended its helper, a refusal.
        """
        keys = {task: crash_key(task.path) for task in tasks}
        waiting = [task for task in keys if not self._crashes.has(keys[task])]
        with self._turns:
            answers = dict(zip(waiting, self._answers(waiting, keys), strict=True))
        return [answers[task] if task in answers else damaged(task.path) for task in tasks]

    def close(self) -> None:
        """End all helpers; a photo that is being opened is refused."""
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
                # The photo at which a helper ended is tried alone, in a new one.
                some = tasks[len(done) :][: 1 if tries else None]
                try:
                    for answer in self._conversation(some, is_new=tries > 0):
                        done.append(answer)
                        tries = 0
                except _DiedError as error:
                    # Exit status 0: its idle time ended just now.
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
        """Return an idle or new helper; raises `_NoHelperError` where none can be started."""
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


def decode(task: Task) -> DecodedPhoto:
    """Decode a photo in a helper.

    Args:
        task: An operation that returns the pixels of one picture, and the photo.

    Raises:
        UnusablePhotoError: It cannot be read, or ended its helper.
    """
    return _one(task, DecodedPhoto)


def decode_small(task: Task) -> SmallPhoto:
    """Decode a photo in a helper.

    Args:
        task: The operation of `decode.decode_small`, with its size, and the photo.

    Raises:
        UnusablePhotoError: It cannot be read, or ended its helper.
    """
    found = _one(task, SmallPhoto)
    if len(found.square) != task.numbers[0]:
        raise damaged(task.path)
    return found


def read_facts(paths: Sequence[Path]) -> list[PhotoFacts | UnusablePhotoError]:
    """Read the facts about photos in a helper.

    Args:
        paths: The photos.

    Returns:
        For each, in order, its facts, without the state of the file, or why it cannot be read.
    """
    return _done([Task("facts", path) for path in paths], PhotoFacts)


def use(pool: HelperPool) -> None:
    """Replace the pool of this process, and end the helpers of the previous one.

    Args:
        pool: Used from now on.
    """
    global _pool
    _pool, before = pool, _pool
    before.close()


def close() -> None:
    """End the helpers of this process; the next photo starts new ones.

    Helpers end with this process anyway, but a thread that waits for one would delay its exit.
    """
    use(HelperPool())


atexit.register(close)


def _one(task: Task, kind: type[AnswerT]) -> AnswerT:
    (found,) = _done([task], kind)
    if isinstance(found, UnusablePhotoError):
        raise found
    return found


def _done(tasks: Sequence[Task], kind: type[AnswerT]) -> list[AnswerT | UnusablePhotoError]:
    """Return the answers for tasks; an answer of another kind shows that a damaged photo controls the helper."""
    answers = zip(tasks, _pool.run(tasks), strict=True)
    return [answer if isinstance(answer, kind | UnusablePhotoError) else damaged(task.path) for task, answer in answers]


def _no_helper(path: Path, why: str) -> UnusablePhotoError:
    reason = f"The process that opens such photos does not work: {why}."
    return unusable(path, ProblemKind.GONE, reason, "Read the folder again later.")
