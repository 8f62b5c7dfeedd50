"""What was mended, written down before it is done: so that it can be undone, and put in order after a kill.

Each mending has a file of its own in the collection's workspace, `mendings/000014.jsonl`. Its lines are
  {"mending": 1, "kind": "move", "words": "move 2 photos to “wren”"}     what is being done
  {"step": 0, "from": "…", "to": "…", "size": 4711, "changed": 17…}      before each step
  {"missed": [1], "words": "move 1 photo to “wren”"}                     once it has ended: the steps that were not done
  {"undo": 1}                                                            when undoing it begins
  {"back": 0, "from": "…", "to": "…", "note": "…"}                       before each step back
  {"kept": [], "words": "…"}                                             once undoing has ended: what is still done
A file whose last word is missing is of a mending that a kill cut short. One that was undone is taken away.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tlgui import files

FORMAT_VERSION = 1
# What was mended this many mendings ago is not undone any more.
MOST_KEPT = 200

_MOST_BYTES = 512 * 1024**2
_SUFFIX = ".jsonl"


class RecordKind(StrEnum):
    """What a mending does."""

    MOVE = "move"
    BIN = "bin"
    LEAVE_OUT = "leave out"
    USE_AGAIN = "use again"
    SHOW_AS = "show as"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    Args:
        source: The file; or the name of a class folder that is shown otherwise.
        target: Where it goes; or what the class is shown as. Empty where there is no such thing.
        size: The file's bytes before.
        changed_ns: When it was changed before that.
        note: What else is needed: the bin's own note of a file, or what a class was shown as before.
    """

    source: str
    target: str = ""
    size: int = 0
    changed_ns: int = 0
    note: str = ""


@dataclass
class Record:
    """One mending as the journal tells of it.

    Args:
        path: Its file.
        kind: What it does.
        words: What it does in words, such as “move 14 photos to “wren””.
        steps: Its steps, by number.
        missed: The steps that were not done, or that were undone.
        backs: The steps back of an undo under way, by the number of the step that they undo.
        is_undoing: Whether an undo has begun and not ended.
        is_open: Whether it is under way, or was when its process was killed.
    """

    path: Path
    kind: RecordKind
    words: str
    steps: dict[int, Step] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)
    backs: dict[int, Step] = field(default_factory=dict)
    is_undoing: bool = False
    is_open: bool = True

    @property
    def done(self) -> dict[int, Step]:
        """The steps that were done and not undone."""
        return {number: step for number, step in self.steps.items() if number not in self.missed}


class Journal:
    """The mendings of one collection; nothing is made on the disk before the first.

    Args:
        folder: Where they are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, kind: RecordKind, words: str) -> Record:
        """Write down that a mending begins.

        Raises:
            StorageError: The disk refused; nothing may be done then.
        """
        names = self._names()
        number = int(Path(names[-1]).stem) + 1 if names else 1
        record = Record(self.folder / f"{number:06}{_SUFFIX}", kind, words)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise files.storage_error(error, record.path) from error
        self._write(record, [{"mending": FORMAT_VERSION, "kind": kind.value, "words": words}])
        _sync_folder(self.folder)
        for name in names[: -MOST_KEPT + 1]:
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()
        return record

    def plan(self, record: Record, steps: Mapping[int, Step]) -> None:
        """Write steps down; only then may they be done. A number that was written before is replaced.

        Raises:
            StorageError: The disk refused; they must not be done.
        """
        key = "back" if record.is_undoing else "step"
        self._write(record, [{key: number, **_step_json(step)} for number, step in steps.items()])
        (record.backs if record.is_undoing else record.steps).update(steps)

    def end(self, record: Record, missed: Iterable[int], words: str) -> None:
        """Write down that a mending, or undoing it, has ended; one of which nothing is left is taken away.

        Args:
            record: The mending.
            missed: The steps that were not done, or were undone, beside those known to be so.
            words: What is left of it, in words.

        Raises:
            StorageError: The disk refused.
        """
        record.missed.update(missed)
        record.words = words
        if not record.done:
            self._take_away(record)
        elif record.is_undoing:
            self._write(record, [{"kept": sorted(record.done), "words": words}])
        else:
            self._write(record, [{"missed": sorted(record.missed), "words": words}])
        record.is_open = record.is_undoing = False
        record.backs = {}

    def begin_undo(self, record: Record) -> None:
        """Write down that undoing a mending begins.

        Raises:
            StorageError: The disk refused; nothing may be undone then.
        """
        self._write(record, [{"undo": 1}])
        record.is_undoing = record.is_open = True
        record.backs = {}

    def last(self) -> Record | None:
        """Return the last mending that was not undone; files that cannot be believed are passed over."""
        for name in reversed(self._names()):
            record = _read(self.folder / name)
            if record is not None:
                return record
        return None

    def last_words(self) -> str | None:
        """Return the words of the last mending that was not undone, or None; where it has ended, at a glance."""
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
        """Return the last line of the last mending, where that says that it has ended."""
        names = self._names()
        lines = _lines(self.folder / names[-1]) if names else []
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(lines[-1]) if lines else None
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
                # A line that was torn by a full disk must not tear the next one as well.
                stream.write(text.encode() if stream.tell() == 0 else f"\n{text}".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise files.storage_error(error, record.path) from error

    def _take_away(self, record: Record) -> None:
        try:
            record.path.unlink(missing_ok=True)
        except OSError as error:
            raise files.storage_error(error, record.path) from error


def _sync_folder(folder: Path) -> None:
    """Ask the disk to keep the names in a folder; not every system and disk can be asked."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _step_json(step: Step) -> dict[str, object]:
    known: dict[str, object] = {"from": step.source, "to": step.target}
    if step.size or step.changed_ns:
        known |= {"size": step.size, "changed": step.changed_ns}
    return known | ({"note": step.note} if step.note else {})


def _lines(path: Path) -> list[bytes]:
    try:
        return files.read_regular(path, _MOST_BYTES).splitlines()
    except OSError:
        return []


def _read(path: Path) -> Record | None:
    """Return what a file tells, as far as its lines are whole; None where it tells of no mending."""
    record: Record | None = None
    for line in _lines(path):
        # What was torn was not done: it is done only once its line is whole and on the disk.
        with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError, RecursionError):
            data = json.loads(line)
            if record is None:
                record = Record(path, RecordKind(data["kind"]), str(data["words"]))
            else:
                _follow(record, data)
    return record


def _follow(record: Record, data: Mapping[str, Any]) -> None:
    """Let a record know what one more line says."""
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
