"""The journal of mendings: each step is written before it is done, so that it can be undone, and settled after a kill.

A mending is a file in the collection's workspace, `mendings/000014.jsonl`, of these lines:
  {"mending": 1, "kind": "move", "words": "move 2 photos to “wren”"}     what is being done; with "joins": "000013"
                                                                         where it is undone together with that one
  {"step": 0, "from": "…", "to": "…", "size": 4711, "changed": 17…}      before each step
  {"missed": [1], "words": "move 1 photo to “wren”"}                     at the end: the steps that were not done
  {"undo": 1}                                                            when undoing it begins
  {"back": 0, "from": "…", "to": "…", "note": "…"}                       before each step back
  {"kept": [], "words": "…"}                                             at the end of undoing: what is still done
A sort is one too, of kind “sort”. Its first line says where to and which folders it makes, its steps say which act each
is, and it can be gone on with:
  {"missed": [7, 8], "left": [8], "words": "…"}                          at its end: of those missed, what is to be done
  {"again": [8]}                                                         when it is gone on with
A file without a last line of `missed` or `kept` is of a mending that a kill cut short. The file of a mending that was
undone completely is deleted. The file of a later version, with a higher number behind “mending”, is left as it is; what
was done before it cannot be undone, since it may be about the same photos. Files are read line by line, so that memory
is bounded by the steps and not by the file.
"""

import contextlib
import json
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tlgui import files
from tlgui.errors import NewerFileError
from tlgui.photos.mending.records import Record, RecordKind, SortHead, Step, go_on, record_in, step_json

FORMAT_VERSION = 1
# How many mendings can be undone.
MOST_KEPT = 200

# The last line of a mending has a number for each step, of 200,000 photos for example: 1.5 MB.
_MOST_LINE_BYTES = 16 * 1024**2
_USUAL_LINE_BYTES = 64 * 1024
_SUFFIX = ".jsonl"


class Journal:
    """The mendings of one collection.

    Args:
        folder: Where they are written; made for the first one.
        is_of_sorts: Whether it has sorts, which belong to no collection, and nothing else; others are passed over.
    """

    def __init__(self, folder: Path, *, is_of_sorts: bool = False) -> None:
        self.folder = folder
        self._is_of_sorts = is_of_sorts

    def begin(self, kind: RecordKind, words: str, joins: Record | None = None, head: SortHead | None = None) -> Record:
        """Write that a mending begins.

        Args:
            kind: Its kind.
            words: What it does, for the screen.
            joins: The mending before it, of which it is a part; None, the default, where it stands alone.
            head: What is to be said of a sort; None, the default, for mendings of other kinds.

        Returns:
            The mending, without steps.

        Raises:
            StorageError: The disk refused; nothing may be done then.
        """
        names = self._names()
        number = int(Path(names[-1]).stem) + 1 if names else 1
        record = Record(self.folder / f"{number:06}{_SUFFIX}", kind, words, head=head)
        first: dict[str, object] = {"mending": FORMAT_VERSION, "kind": kind.value, "words": words}
        if joins is not None and joins.done:
            record.joins = joins.path.stem
            first["joins"] = record.joins
        if head is not None:
            first |= {"into": head.into, "folders": head.folders, "began": head.began}
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
        self._write(record, [{key: number, **step_json(step)} for number, step in steps.items()])
        (record.backs if record.is_undoing else record.steps).update(steps)

    def end(self, record: Record, missed: Iterable[int], words: str, left: Iterable[int] = ()) -> None:
        """Write that a mending, or undoing it, has ended; delete it where no step is left that could be undone.

        Args:
            record: The mending.
            missed: The numbers of more steps that were not done, or were undone.
            words: What is left of it, for the screen.
            left: Of those missed, the numbers of the steps that are still to be done.

        Raises:
            StorageError: The disk refused.
        """
        record.missed.update(missed)
        record.left = set(left)
        record.words = words
        if not record.done:
            self._delete(record)
        elif record.is_undoing:
            self._write(record, [{"kept": sorted(record.done), "words": words}])
        else:
            still = {"left": sorted(record.left)} if record.left else {}
            self._write(record, [{"missed": sorted(record.missed), **still, "words": words}])
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

    def begin_again(self, record: Record) -> None:
        """Write that a sort which stopped is gone on with: its steps that are left are done now.

        Args:
            record: The sort.

        Raises:
            StorageError: The disk refused; nothing may be done then.
        """
        self._write(record, [{"again": sorted(record.left)}])
        go_on(record, record.left)

    def records(self) -> Iterator[Record]:
        """Yield the mendings that can be undone, the last one first: those since the last one of a later version."""
        for name in reversed(self._names()):
            if _is_of_later_version(self.folder / name):
                return
            record = record_in(self.folder / name, _lines(self.folder / name))
            if record is not None and (record.kind is RecordKind.SORT) is self._is_of_sorts:
                yield record

    def last(self) -> Record | None:
        """Return the last mending that was not undone; files that are no mendings are skipped."""
        return next(self.records(), None)

    def check_version(self) -> None:
        """Raise `NewerFileError` where the last mending is of a later version, so that `last` knows of none."""
        names = self._names()
        if names and _is_of_later_version(self.folder / names[-1]):
            raise NewerFileError(
                f"A later version of tlgui wrote what was done last, in “{self.folder / names[-1]}”.",
                "Use that version to undo it; this one leaves the file as it is.",
            )

    def mark(self) -> tuple[str, int, int] | None:
        """Return what is another whenever the last mending is; None where there is none."""
        names = self._names()
        try:
            state = (self.folder / names[-1]).stat() if names else None
        except OSError:
            return None
        return (names[-1], state.st_size, state.st_mtime_ns) if state is not None else None

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
        if not names or _is_of_later_version(self.folder / names[-1]):
            return None
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(_last_line(self.folder / names[-1]))
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


def _lines(path: Path) -> Generator[bytes]:
    """Yield the lines of a file; of a line that is too long the pieces, none of which is JSON."""
    # What cannot be read any further is as if it were not there.
    with contextlib.suppress(OSError), files.open_regular(path) as stream:
        while line := stream.readline(_MOST_LINE_BYTES):
            yield line


def _is_of_later_version(path: Path) -> bool:
    with contextlib.closing(_lines(path)) as lines, contextlib.suppress(ValueError, RecursionError):
        match json.loads(next(lines, b"")):
            case {"mending": int(version)}:
                return version > FORMAT_VERSION
    return False


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
