"""What the journal knows of a mending: its steps and how far it is, as lines of JSON and read from them."""

import contextlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

_MOST_STEPS = 1_000_000


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
    CONFIRM = "confirm"
    SORT = "sort"


class Act(StrEnum):
    """What a step of a sort does with its file; mendings of the other kinds have one act for all their steps."""

    COPY = "copy"
    MOVE = "move"
    LINK = "link"
    HARD_LINK = "hard link"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation.

    Args:
        source: The file, or the folder that is removed; or the name of a class folder that is shown under another name.
        target: The new path; or the name that the class is shown under. Empty for the bin and for a file left out.
        size: The file's size in bytes before the step.
        changed_ns: The file's modification time before the step, in nanoseconds.
        note: The path of the bin's note about the file, the name that the class was shown under before, or the digest
            of a photo whose class is right.
        act: What is done, in a sort; None elsewhere.
        of: The number of the step of the photo that the file belongs to, which may be itself; -1 where there is none.
        data: What a step that writes a file needs to know; empty for others.
        digest: SHA-256 of the file that the step writes, in hexadecimal; empty for others, and before it is known.
    """

    source: str
    target: str = ""
    size: int = 0
    changed_ns: int = 0
    note: str = ""
    act: Act | None = None
    of: int = -1
    data: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class SortHead:
    """What the journal says of a sort before its steps.

    Args:
        into: The folder that it sorts into.
        folders: The folders that are made for it, outer ones first.
        began: When it began, as an ISO 8601 time with its offset.
    """

    into: str
    folders: tuple[str, ...] = ()
    began: str = ""


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
        head: What it says of a sort; None for mendings of other kinds.
        left: The numbers of the steps that a sort which stopped has still to do.
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
    head: SortHead | None = None
    left: set[int] = field(default_factory=set)

    @property
    def done(self) -> dict[int, Step]:
        """The steps that were done and not undone."""
        return {number: step for number, step in self.steps.items() if number not in self.missed}


def step_json(step: Step) -> dict[str, object]:
    """Return a step as the fields of its line."""
    known: dict[str, object] = {"from": step.source, "to": step.target}
    if step.size or step.changed_ns:
        known |= {"size": step.size, "changed": step.changed_ns}
    if step.act is not None:
        known |= {"act": step.act.value, "of": step.of}
    texts = {"note": step.note, "data": step.data, "digest": step.digest}
    return known | {name: text for name, text in texts.items() if text}


def record_in(path: Path, lines: Iterable[bytes]) -> Record | None:
    """Return the mending that lines tell of, as far as they are whole; None where it is none, or has too many steps.

    Args:
        path: The file that they are from.
        lines: Its lines.
    """
    record: Record | None = None
    for line in lines:
        # A line that was cut off is of a step that was not done: steps wait until their lines are on the disk.
        with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError, RecursionError):
            data = json.loads(line)
            if record is None:
                record = _begun(path, data)
            else:
                _apply_line(record, data)
        if record is not None and len(record.steps) + len(record.backs) > _MOST_STEPS:
            return None
    return record


def go_on(record: Record, numbers: set[int]) -> None:
    """Count steps as under way again."""
    record.missed -= numbers
    record.left = set()
    record.is_open = True


def _begun(path: Path, data: Mapping[str, Any]) -> Record:
    """Return the mending that a first line begins."""
    head = None
    if "into" in data:
        head = SortHead(str(data["into"]), tuple(map(str, data["folders"])), str(data["began"]))
    return Record(path, RecordKind(data["kind"]), str(data["words"]), joins=str(data.get("joins", "")), head=head)


def _apply_line(record: Record, data: Mapping[str, Any]) -> None:
    if "step" in data:
        record.steps[int(data["step"])] = _step(data)
    elif "back" in data:
        record.backs[int(data["back"])] = _step(data)
    elif "undo" in data:
        record.is_undoing = record.is_open = True
        record.backs = {}
    elif "again" in data:
        go_on(record, {int(number) for number in data["again"]})
    elif "missed" in data:
        record.missed = {int(number) for number in data["missed"]}
        _end(record, data)
        record.left = {int(number) for number in data.get("left", ())}
    elif "kept" in data:
        record.missed = record.steps.keys() - {int(number) for number in data["kept"]}
        _end(record, data)


def _end(record: Record, data: Mapping[str, Any]) -> None:
    record.words = str(data["words"])
    record.is_open = record.is_undoing = False
    record.backs, record.left = {}, set()


def _step(data: Mapping[str, Any]) -> Step:
    return Step(
        source=str(data["from"]),
        target=str(data["to"]),
        size=int(data.get("size", 0)),
        changed_ns=int(data.get("changed", 0)),
        note=str(data.get("note", "")),
        act=Act(data["act"]) if "act" in data else None,
        of=int(data.get("of", -1)),
        data=str(data.get("data", "")),
        digest=str(data.get("digest", "")),
    )
