"""The output of a headless command: results on standard output, progress and problems on standard error.

With `--json`, standard output gets one object, last, and nothing else. Names of files and classes are plain text: line
breaks and control characters in them are written as `one_line` shows them, so that a name cannot begin a new line or
send the terminal a command.
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
        err: Standard error; the progress is one updating line on a terminal, and few lines elsewhere.
        wants_json: Whether standard output gets one JSON object only.
    """

    def __init__(self, out: TextIO, err: TextIO, *, wants_json: bool) -> None:
        self.wants_json = wants_json
        self._out = out
        self._err = err
        self._is_live = err.isatty()
        self._has_line = False
        self._last = ("", 0)
        self._stop = threading.Event()

    def write(self, *lines: str) -> None:
        """Write lines to standard output; with `--json` they are left out."""
        if not self.wants_json:
            self._clear_line()
            self._write_to(self._out, "".join(f"{one_line(line)}\n" for line in lines))

    def write_json(self, result: dict[str, Any]) -> None:
        """Write the result to standard output as one JSON object; without `--json` it is left out."""
        if self.wants_json:
            self._clear_line()
            # JSON's escapes keep names exactly, and are plain ASCII to a terminal.
            self._write_to(self._out, json.dumps(json_value(result), ensure_ascii=True, allow_nan=False) + "\n")

    def note(self, text: str) -> None:
        """Write a line to standard error."""
        self._clear_line()
        self._write_to(self._err, one_line(text) + "\n")

    def context(self, listen: Callable[[Event], None] | None = None, *, within: str = "") -> JobContext:
        """Return the context of a job whose progress is shown here, and which Ctrl+C stops.

        Args:
            listen: Gets each event too.
            within: A prefix of all progress that is shown, where the job is one of several. Epochs then get no line.
        """

        def report(event: Event) -> None:
            self._show(event, within)
            if listen is not None:
                listen(event)

        return JobContext(report, self.checkpoint)

    def checkpoint(self) -> None:
        """Raise `Cancelled` once Ctrl+C was pressed, or the reader of the output has closed it."""
        if self._stop.is_set():
            raise Cancelled

    @contextmanager
    def stopping_at_interrupt(self) -> Iterator[None]:
        """Stop at the first Ctrl+C while the block runs; the second ends the program at once."""

        def on_interrupt(_number: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            self._stop.set()

        previous = signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)

    def end(self, outcome: Outcome, log: Path) -> int:
        """Write what went wrong, if anything did, and return the exit code.

        Args:
            outcome: How the command ended.
            log: The log, which has the details of a bug.

        Returns:
            0, or 1 after an error or a Stop.
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
        """Replace the updating line; without a terminal there is none."""
        if self._is_live:
            left = time_left_words(seconds_left)
            self._write_to(self._err, _CLEAR_LINE + one_line(text) + (f". {left}" if left else ""))
            self._has_line = True

    def _clear_line(self) -> None:
        if self._has_line:
            self._has_line = False
            self._write_to(self._err, _CLEAR_LINE)

    def _write_to(self, stream: TextIO, text: str) -> None:
        """Write at once; a reader that has closed the stream, as `head` does, stops the command."""
        encoding = stream.encoding or "utf-8"
        try:
            # File names may hold what the terminal's encoding does not.
            stream.write(text.encode(encoding, errors="backslashreplace").decode(encoding))
            stream.flush()
        except BrokenPipeError:
            self._stop.set()
            # Closing the stream would write its buffer, and fail again.
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def json_value(value: object) -> object:
    """Return a value as JSON types: dataclasses become dictionaries, paths text, and non-finite numbers None.

    Example:
        >>> json_value({"folder": Path("photos"), "losses": (0.5, float("nan"))})
        {'folder': 'photos', 'losses': [0.5, None]}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: json_value(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): json_value(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [json_value(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
