"""What a headless command says: results on standard output, progress and problems on standard error.

With `--json` standard output gets one object, last, and nothing else. Whatever names and messages hold, a line stays a
line, and no terminal takes a part of it for an order: what cannot be seen is written as `one_line` shows it.
"""

import dataclasses
import json
import math
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

from tlgui.engine.protocol import Failed, JobCancelled, Outcome
from tlgui.errors import Cancelled
from tlgui.photos.names import one_line
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Notice, Progress
from tlgui.text.numbers import percent
from tlgui.text.stages import counts_words, stage_words, time_left_words

_CLEAR_LINE = "\r\x1b[K"


class Terminal:
    """The two streams of one command, and Ctrl+C.

    Args:
        out: Standard output.
        err: Standard error; one updating line on a terminal, sparse lines elsewhere.
        wants_json: Whether standard output is for one JSON object alone.
    """

    def __init__(self, out: TextIO, err: TextIO, *, wants_json: bool) -> None:
        self.wants_json = wants_json
        self._out = out
        self._err = err
        self._is_live = err.isatty()
        self._has_line = False
        self._last = ("", 0)
        self._stop = threading.Event()

    def say(self, *lines: str) -> None:
        """Write lines for people to standard output; with `--json` they are left out."""
        if not self.wants_json:
            self._clear_line()
            self._write(self._out, "".join(f"{one_line(line)}\n" for line in lines))

    def give(self, result: dict[str, Any]) -> None:
        """Write the result as one JSON object, where that was asked for."""
        if self.wants_json:
            self._clear_line()
            # JSON's own escapes, of all that is not ASCII, are exact and do nothing to a terminal.
            self._write(self._out, json.dumps(plain(result), ensure_ascii=True, allow_nan=False) + "\n")

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        self._clear_line()
        self._write(self._err, one_line(text) + "\n")

    def context(self, listen: Callable[[Event], None] | None = None, *, within: str = "") -> JobContext:
        """Return the context of a job that shows its progress here and stops at Ctrl+C.

        Args:
            listen: Gets each event too.
            within: What the job is one of several steps of; it stands before all that is shown, and no epoch leaves a
                line then.
        """

        def report(event: Event) -> None:
            self._show(event, within)
            if listen is not None:
                listen(event)

        return JobContext(report, self.checkpoint)

    def checkpoint(self) -> None:
        """Raise `Cancelled` once Ctrl+C was pressed, or nobody reads the output any more."""
        if self._stop.is_set():
            raise Cancelled

    @contextmanager
    def stopping_at_interrupt(self) -> Iterator[None]:
        """Take the first Ctrl+C as Stop; the second ends the program at once."""

        def on_interrupt(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            self._stop.set()

        previous = signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)

    def end(self, outcome: Outcome, log: Path) -> int:
        """Say what went wrong, if anything did, and return the exit code.

        Args:
            outcome: How the command ended.
            log: Where the details of a bug are.
        """
        self._clear_line()
        if isinstance(outcome, Failed):
            self.note(f"error: {outcome.error.message}")
            where = f" They are in {log}" if outcome.details else ""
            if hint := outcome.error.hint + where:
                self.note(f"hint: {hint}")
            return 1
        if isinstance(outcome, JobCancelled):
            self.note("error: Stopped before there was anything to keep.")
            return 1
        return 0

    def _show(self, event: Event, within: str) -> None:
        if isinstance(event, EpochEnded):
            if within:
                return
            self.note(
                f"Epoch {event.epoch} of {event.epochs}: {percent(event.accuracy)} of the training photos right, "
                f"{percent(event.validation_accuracy)} of the validation photos"
            )
        elif isinstance(event, BatchEnded):
            self._update(
                f"{within}Epoch {event.epoch} of {event.epochs}, batch {event.batch} of {event.batches}",
                event.seconds_left,
            )
        elif isinstance(event, Progress):
            self._show_progress(event, within)
        elif isinstance(event, Notice):
            self.note(f"note: {event.message} {event.hint}".rstrip())

    def _show_progress(self, progress: Progress, within: str) -> None:
        words = within + stage_words(progress.stage)
        counts = f": {how_far}" if (how_far := counts_words(progress)) else ""
        if self._is_live:
            self._update(words + counts, progress.seconds_left)
            return
        quarter = 4 * progress.done // progress.total if progress.total else 0
        if (words, quarter) != self._last:
            self._last = (words, quarter)
            self.note(words + counts)

    def _update(self, text: str, seconds_left: float | None) -> None:
        """Write the updating line over what it was; without a terminal there is none."""
        if self._is_live:
            left = time_left_words(seconds_left)
            self._write(self._err, _CLEAR_LINE + one_line(text) + (f". {left}" if left else ""))
            self._has_line = True

    def _clear_line(self) -> None:
        if self._has_line:
            self._has_line = False
            self._write(self._err, _CLEAR_LINE)

    def _write(self, stream: TextIO, text: str) -> None:
        """Write at once; whoever stopped reading, as `head` does, stops the command."""
        encoding = stream.encoding or "utf-8"
        try:
            # File names may hold what the terminal's encoding does not.
            stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
            stream.flush()
        except BrokenPipeError:
            self._stop.set()
            # What is still in the stream's buffer would fail again when it is closed.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def plain(value: object) -> object:
    """Return a record as what JSON can hold: dictionaries, lists, words, numbers; what is not a number becomes null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
