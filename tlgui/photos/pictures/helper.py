"""The helper process: it opens photos of formats whose libraries a damaged file can crash or hang.

It ends after half a minute without a task, when the process that started it is gone, or when one photo takes too long.
"""

import contextlib
import faulthandler
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import IO, BinaryIO, NoReturn

import pi_heif

from tlgui.photos.facts import FileState, PhotoFacts
from tlgui.photos.pictures import camera_raw, tiff_samples
from tlgui.photos.pictures.decode import decode_photo, decode_small, decode_thumbnail
from tlgui.photos.pictures.decoded import DecodedPhoto, SmallPhoto
from tlgui.photos.pictures.header import read_opened
from tlgui.photos.pictures.helper_protocol import Answer, Task, parsed, send, send_answer, task_in
from tlgui.photos.pictures.memory import LARGE_BYTES, ask_for_room
from tlgui.photos.pictures.opening import LARGE_PIXELS, MAX_PIXELS, UnusablePhotoError, open_every_format, out_of_memory

if sys.platform != "win32":
    import resource

IDLE_SECONDS = 30.0
# Added to the time for decoding: the reading speed of the slowest disks.
_SLOWEST_BYTES_A_SECOND = 1 << 20
# The time limit of large photos is this many times that of others, as is their number of pixels.
_LARGE_TIMES = MAX_PIXELS // LARGE_PIXELS
# Decoding 200 million pixels takes 1.6 to 2.0 GB; libraries may reserve more than they use.
_MOST_BYTES = 24 * MAX_PIXELS
# Windows: end the process without a dialog.
_NO_CRASH_DIALOG = 0x0001 | 0x0002

Operation = Callable[..., PhotoFacts | DecodedPhoto | SmallPhoto]
OPERATIONS: dict[str, Operation] = {
    "facts": lambda path: read_opened(path, FileState(0, 0)),
    "photo": decode_photo,
    "small": decode_small,
    "thumbnail": decode_thumbnail,
}


def main(arguments: list[str]) -> NoReturn:
    """Serve the process that started this one, on standard input and output, until it is gone.

    Args:
        arguments: The most seconds for one photo, and names of modules to import; tests name a library that crashes.
    """
    seconds, *modules = arguments
    _prepare_to_crash()
    # What libraries print must not get into the answers.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # Decodes only, and is under the BSD licence; pillow-heif's wheels bring an encoder under the GPL.
    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    camera_raw.register()
    tiff_samples.register()
    for module in modules:
        importlib.import_module(module)
    helper = _Helper(replies, float(seconds))
    open_every_format()
    ask_for_room(helper.room)
    helper.serve(sys.stdin.buffer)


class _Helper:
    """The task loop, the time limit and the requests for memory of this process."""

    def __init__(self, replies: IO[bytes], seconds: float) -> None:
        self._replies = replies
        self._seconds = seconds
        self._limit = seconds
        self._tasks: SimpleQueue[Task] = SimpleQueue()
        self._turns: SimpleQueue[None] = SimpleQueue()

    def serve(self, stream: BinaryIO) -> NoReturn:
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()
        send(self._replies, {"ready": True})
        with contextlib.suppress(Empty, OSError):
            while True:
                task = self._tasks.get(timeout=IDLE_SECONDS)
                with self._timed(task.path):
                    answer = _answer(task)
                send_answer(self._replies, answer)
        # Python would wait here for the thread that listens.
        os._exit(0)

    def _listen(self, stream: BinaryIO) -> None:
        """Queue incoming tasks; end the process, in the middle of a photo too, when the other end is gone."""
        for line in stream:
            message = parsed(line)
            if "turn" in message:
                self._turns.put(None)
            else:
                self._tasks.put(task_in(message))
        os._exit(0)

    @contextlib.contextmanager
    def _timed(self, path: Path) -> Iterator[None]:
        """End the process when the block takes too long; native code that hangs cannot be stopped otherwise."""
        with contextlib.suppress(OSError):
            self._limit = self._seconds + path.stat().st_size / _SLOWEST_BYTES_A_SECOND
        _set_timer(self._limit)
        try:
            yield
        finally:
            _set_timer(0)

    @contextlib.contextmanager
    def room(self, count: int) -> Iterator[None]:
        """Wait for memory for a large photo; the other end grants it until the answer.

        Args:
            count: Bytes needed to decode it.
        """
        # Smaller ones are decoded at once, one in each helper.
        if count > LARGE_BYTES:
            _set_timer(0)
            send(self._replies, {"large": count})
            self._turns.get()
            _set_timer(_LARGE_TIMES * self._limit)
        yield


def _answer(task: Task) -> Answer:
    try:
        return OPERATIONS[task.operation](task.path, *task.numbers)
    except UnusablePhotoError as error:
        return error
    except MemoryError:
        return out_of_memory(task.path)


def _end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> NoReturn:
    """Log an uncaught exception, and end; Python would abort because of the listening thread."""
    sys.__excepthook__(kind, error, trace)
    os._exit(1)


def _prepare_to_crash() -> None:
    """Make a crash of this process silent and bound its memory."""
    # Ctrl+C in a terminal reaches every process of it; the process that started this one handles it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Standard error is a log.
    faulthandler.enable()
    sys.excepthook = _end
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only here

        ctypes.windll.kernel32.SetErrorMode(_NO_CRASH_DIALOG)
    else:
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_DATA, _MOST_BYTES)


if sys.platform == "win32":

    def _set_timer(seconds: float) -> None:
        faulthandler.cancel_dump_traceback_later()
        if seconds:
            faulthandler.dump_traceback_later(seconds, exit=True)

else:

    def _set_timer(seconds: float) -> None:
        # The signal has no handler in Python, so it ends a process that hangs in native code too.
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def _limit(what: int, most: int) -> None:
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        # macOS refuses this limit for some programs.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))
