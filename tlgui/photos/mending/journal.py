"""The journal of mendings: each step is written before it is done, so that it can be undone, and settled after a kill.

A mending is a file in the collection's workspace, `mendings/000014.jsonl`, of these lines:
  {"mending": 1, "kind": "move", "words": "move 2 photos to “wren”"}     what is being done; with "joins": "000013"
                                                                         where it is undone together with that one
  {"step": 0, "from": "…", "to": "…", "size": 4711, "changed": 17…}      before each step
  {"missed": [1], "words": "move 1 photo to “wren”"}                     at the end: the steps that were not done
  {"undo": 1}                                                            when undoing it begins
  {"back": 0, "from": "…", "to": "…", "note": "…"}                       before each step back
  {"kept": [], "words": "…"}                                             at the end of undoing: what is still done
A file without a last line of `missed` or `kept` is of a mending that a kill cut short. The file of a mending that was
undone completely is deleted. Files are read line by line, so that memory is bounded by the steps and not by the file.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlgui import files

FORMAT_VERSION = 1
# How many mendings can be undone.
MOST_KEPT = 200

# The last line of a mending has a number for each step, of 200,000 photos for example: 1.5 MB.
_MOST_LINE_BYTES = 16 * 1024**2
_MOST_STEPS = 1_000_000
_USUAL_LINE_BYTES = 64 * 1024
_SUFFIX = ".jsonl"


class RecordKind(StrEnum):
    """The kinds of mendings."""

    MOVE = "move"
    COPY = "copy"
    BIN = "bin"
    LEAVE_OUT = "leave out"
    USE_AGAIN = "use again"
    SHOW_AS = "show as"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    Args:
        source: The file, or the folder that is removed; or the name of a class folder that is shown under another name.
        target: The new path; or the name that the class is shown under. Empty for the bin and for a file left out.
        size: The file's size in bytes before the step.
        changed_ns: The file's modification time before the step, in nanoseconds.
        note: The path of the bin's note about the file, or the name that the class was shown under before.
    """

    source: str
    target: str = ""
    size: int = 0
    changed_ns: int = 0
    note: str = ""


@dataclass
class Record:
    """One mending in the journal.

    Args:
        path: Its file.
        kind: Its kind.
        words: What it does, for the screen, such as “move 14 photos to “wren””.
        steps: Its steps, by number.
        missed: The numbers of the steps that were not done, or that were undone.
        backs: The steps back of an undo under way, by the number of the step that they undo.
        is_undoing: Whether an undo has begun and not ended.
        is_open: Whether the mending, or undoing it, has not ended: it is under way, or its process was killed.
        joins: The name of the mending before it that is undone together with it; empty where there is none.
    """

    path: Path
    kind: RecordKind
    words: str
    steps: dict[int, Step] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)
    backs: dict[int, Step] = field(default_factory=dict)
    is_undoing: bool = False
    is_open: bool = True
    joins: str = ""

    @property
    def done(self) -> dict[int, Step]:
        """The steps that were done and not undone."""
        return {number: step for number, step in self.steps.items() if number not in self.missed}


class Journal:
    """The mendings of one collection.

    Args:
        folder: Where they are written; made for the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, kind: RecordKind, words: str, joins: Record | None = None) -> Record:
        """Write that a mending begins.

        Args:
            kind: Its kind.
            words: What it does, for the screen.
            joins: The mending before it, of which it is a part; None, the default, where it stands alone.

        Returns:
            The mending, without steps.

        Raises:
            StorageError: The disk refused; nothing may be done then.
        """
        names = self._names()
        number = int(Path(names[-1]).stem) + 1 if names else 1
        record = Record(self.folder / f"{number:06}{_SUFFIX}", kind, words)
        first: dict[str, object] = {"mending": FORMAT_VERSION, "kind": kind.value, "words": words}
        if joins is not None and joins.done:
            record.joins = joins.path.stem
            first["joins"] = record.joins
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_error(error, record.path) from error
        self._write(record, [first])
        files.sync_folder(self.folder)
        for name in names[: -MOST_KEPT + 1]:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
        return record

    def plan(self, record: Record, steps: Mapping[int, Step]) -> None:
        """Write steps, which may be done only then.

        Args:
            record: The mending.
            steps: The steps by number; a step of the same number is replaced.

        Raises:
            StorageError: The disk refused; they must not be done.
        """
        key = "back" if record.is_undoing else "step"
        self._write(record, [{key: number, **_step_json(step)} for number, step in steps.items()])
        (record.backs if record.is_undoing else record.steps).update(steps)

    def end(self, record: Record, missed: Iterable[int], words: str) -> None:
        """Write that a mending, or undoing it, has ended; delete it where no step is left that could be undone.

        Args:
            record: The mending.
            missed: The numbers of more steps that were not done, or were undone.
            words: What is left of it, for the screen.

        Raises:
            StorageError: The disk refused.
        """
        record.missed.update(missed)
        record.words = words
        if not record.done:
            self._delete(record)
        elif record.is_undoing:
            self._write(record, [{"kept": sorted(record.done), "words": words}])
        else:
            self._write(record, [{"missed": sorted(record.missed), "words": words}])
        record.is_open = record.is_undoing = False
        record.backs = {}

    def begin_undo(self, record: Record) -> None:
        """Write that undoing a mending begins.

        Args:
            record: The mending.

        Raises:
            StorageError: The disk refused; nothing may be undone then.
        """
        self._write(record, [{"undo": 1}])
        record.is_undoing = record.is_open = True
        record.backs = {}

    def last(self) -> Record | None:
        """Return the last mending that was not undone; files that are no mendings are skipped."""
        for name in reversed(self._names()):
            record = _read(self.folder / name)
            if record is not None:
                return record
        return None

    def last_words(self) -> str | None:
        """Return the words of the last mending that was not undone, or None; only its last line is read if it ended."""
        ending = self._ending()
        if ending is not None:
            return str(ending["words"])
        record = self.last()
        return record.words if record is not None else None

    def is_cut_short(self) -> bool:
        """Return whether the last mending, or undoing it, has not ended."""
        if self._ending() is not None:
            return False
        record = self.last()
        return record is not None and record.is_open

    def _ending(self) -> Mapping[str, Any] | None:
        """Return the last line of the last mending if that has ended, otherwise None."""
        names = self._names()
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(_last_line(self.folder / names[-1])) if names else None
            if isinstance(data, dict) and "words" in data and ("missed" in data or "kept" in data):
                return data
        return None

    def _names(self) -> Sequence[str]:
        try:
            found = os.listdir(self.folder)  # noqa: PTH208 - names are wanted, not paths
        except OSError:
            return []
        return sorted(name for name in found if name.endswith(_SUFFIX) and Path(name).stem.isdecimal())

    def _write(self, record: Record, lines: Iterable[Mapping[str, object]]) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        try:
            with record.path.open("ab") as stream:
                # A line that a full disk cut off must not run into the next one.
                stream.write(text.encode() if stream.tell() == 0 else f"\n{text}".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise files.storage_error(error, record.path) from error

    def _delete(self, record: Record) -> None:
        try:
            record.path.unlink(missing_ok=True)
        except OSError as error:
            raise files.storage_error(error, record.path) from error


def _step_json(step: Step) -> dict[str, object]:
    known: dict[str, object] = {"from": step.source, "to": step.target}
    if step.size or step.changed_ns:
        known |= {"size": step.size, "changed": step.changed_ns}
    return known | ({"note": step.note} if step.note else {})


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file; of a line that is too long the pieces, none of which is JSON."""
    # What cannot be read any further is as if it were not there.
    with contextlib.suppress(OSError), files.open_regular(path) as stream:
        while line := stream.readline(_MOST_LINE_BYTES):
            yield line


def _last_line(path: Path) -> bytes:
    """Return the last line of a file; nothing where it cannot be read or has no line of a usual length."""
    with contextlib.suppress(OSError), files.open_regular(path) as stream:
        size = stream.seek(0, os.SEEK_END)
        for tail_bytes in (_USUAL_LINE_BYTES, _MOST_LINE_BYTES):
            stream.seek(max(0, size - tail_bytes))
            _, newline, line = stream.read(tail_bytes).rstrip(b"\n").rpartition(b"\n")
            if newline or size <= tail_bytes:
                return line
    return b""


def _read(path: Path) -> Record | None:
    """Return the mending in a file, as far as its lines are whole; None where it is none, or has too many steps."""
    record: Record | None = None
    for line in _lines(path):
        # A line that was cut off is of a step that was not done: steps wait until their lines are on the disk.
        with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError, RecursionError):
            data = json.loads(line)
            if record is None:
                record = Record(path, RecordKind(data["kind"]), str(data["words"]), joins=str(data.get("joins", "")))
            else:
                _apply_line(record, data)
        if record is not None and len(record.steps) + len(record.backs) > _MOST_STEPS:
            return None
    return record


def _apply_line(record: Record, data: Mapping[str, Any]) -> None:
    if "step" in data:
        record.steps[int(data["step"])] = _step(data)
    elif "back" in data:
        record.backs[int(data["back"])] = _step(data)
    elif "undo" in data:
        record.is_undoing = record.is_open = True
        record.backs = {}
    elif "missed" in data:
        record.missed = {int(number) for number in data["missed"]}
        _end(record, data)
    elif "kept" in data:
        record.missed = record.steps.keys() - {int(number) for number in data["kept"]}
        _end(record, data)


def _end(record: Record, data: Mapping[str, Any]) -> None:
    record.words = str(data["words"])
    record.is_open = record.is_undoing = False
    record.backs = {}


def _step(data: Mapping[str, Any]) -> Step:
    return Step(
        source=str(data["from"]),
        target=str(data["to"]),
        size=int(data.get("size", 0)),
        changed_ns=int(data.get("changed", 0)),
        note=str(data.get("note", "")),
    )
