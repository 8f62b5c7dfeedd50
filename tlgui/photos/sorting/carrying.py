"""Does the steps of a sort: copies are made several at a time, each file is then placed without overwriting another.

What fails with one file fails alone. What would fail with all of them, such as a full disk or one that was unplugged,
stops the sort, which can then be gone on with.
"""

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.mending.file_mover import MendingProblem, part_of
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.moving import make_part, move_file
from tlgui.photos.mending.records import Act, Record, Step
from tlgui.photos.sorting.group_names import GroupNames, Member, is_same
from tlgui.photos.sorting.options import Writer
from tlgui.photos.sorting.planning import MOST_SIDECAR_BYTES
from tlgui.progress import Countdown, JobContext, Progress, Stage

# Waiting for the disk takes longer than the work of a processor.
_THREADS = 8
_MOST_TOGETHER = 64
_MOST_BYTES_TOGETHER = 256 << 20
# Errors of a disk, and not of one file.
_DISK_ERRORS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN}
)
_NO_LINKS = frozenset({errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL})
_GONE = "It is no longer there."
_CHANGED = "It was changed since the preview, so it was left."
_TAKEN = "Another file has taken its name beside the photo."
_GO_ON = "What is done stays. Go on with the sort when that is mended, or undo it."


class _SkippedError(Exception):
    """A file is not sorted; the others are."""


class Carrier:
    """Does the steps of one sort.

    Args:
        journal: Gets each step before it is done.
        record: The sort; its steps are in the journal already.
        writers: The functions that write files beside photos, by name.
        context: Gets the progress; its checkpoint is called before each file and within long ones.

    Attributes:
        done: The numbers of the steps that were done.
        left: The numbers of the steps that were not reached.
        problems: The files that were not sorted, and why.
        already_there: Photos that were skipped because the same came there since the preview, each with that file.
        stopped: Why the sort stopped; None where it did not.
    """

    def __init__(self, journal: Journal, record: Record, writers: Mapping[str, Writer], context: JobContext) -> None:
        self.done: set[int] = set()
        self.left: set[int] = set()
        self.problems: list[MendingProblem] = []
        self.already_there: list[tuple[Path, Path]] = []
        self.stopped: StorageError | None = None
        self._journal = journal
        self._record = record
        self._writers = writers
        self._context = context
        self._into = Path(record.head.into) if record.head is not None else Path()
        self._device = _device(self._into.parent)
        self._skipped: set[int] = set()

    def run(self, numbers: Sequence[int]) -> None:
        """Do steps one after the other.

        Args:
            numbers: Their numbers, in order.

        Raises:
            StorageError: The journal cannot be written.
            Cancelled: The user pressed Stop; what was done is in `done`, the rest in `left`.
        """
        self.left = set(numbers)
        countdown, ended = Countdown(len(numbers)), 0
        self._context.report(Progress(Stage.SORTING, 0, len(numbers)))
        with ThreadPoolExecutor(_THREADS, "copying") as pool:
            for chunk in self._chunks(numbers):
                self._do(chunk, pool)
                if self.stopped is not None:
                    return
                ended += len(chunk)
                self._context.report(Progress(Stage.SORTING, ended, len(numbers), countdown.seconds_left(ended)))

    def _chunks(self, numbers: Sequence[int]) -> Iterator[Sequence[int]]:
        chunk: list[int] = []
        size = 0
        for number in numbers:
            chunk.append(number)
            size += self._record.steps[number].size
            if len(chunk) >= _MOST_TOGETHER or size >= _MOST_BYTES_TOGETHER:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _do(self, numbers: Sequence[int], pool: ThreadPoolExecutor) -> None:
        parts = [number for number in numbers if self._record.steps[number].act in {Act.COPY, Act.WRITE}]
        try:
            futures = {number: pool.submit(self._prepared, number) for number in numbers}
            # After Stop, none may make a copy that is not cleared away.
            wait(futures.values())
            errors = {number: future.result() for number, future in futures.items()}
            self._note_digests(errors)
            for number in numbers:
                self._context.checkpoint()
                error = errors[number]
                self._place(number, error if isinstance(error, Exception) else None)
                if self.stopped is not None:
                    return
        finally:
            for number in parts:
                if number not in self.done:
                    with contextlib.suppress(OSError):
                        self._part(number).unlink()

    def _prepared(self, number: int) -> Exception | str | None:
        """Check a step's source and make its folder and copy; return what went wrong, or the digest of what it writes.

        `Cancelled` is raised.
        """
        step = self._record.steps[number]
        self._context.checkpoint()
        try:
            self._check_source(step)
            Path(step.target).parent.mkdir(parents=self._has_home(), exist_ok=True)
            if step.act is Act.COPY:
                make_part(Path(step.source), self._part(number), self._context.checkpoint)
            elif step.act is Act.WRITE:
                return self._written(number, step)
        except (OSError, _SkippedError) as error:
            return error
        return None

    def _has_home(self) -> bool:
        """Return whether the folder around the one that is sorted into is there, on the same disk as at first.

        Without it no folder is made: where a disk was unplugged, it would be one on another.
        """
        return _device(self._into.parent) == self._device

    def _check_source(self, step: Step) -> None:
        if step.act is Act.WRITE and not step.size:
            # Nothing is read; the photo may be at its new place already.
            return
        path = Path(step.source)
        state = path.lstat() if step.act is Act.MOVE else path.stat()
        if step.size and (state.st_size, state.st_mtime_ns) != (step.size, step.changed_ns):
            raise _SkippedError(_CHANGED)

    def _written(self, number: int, step: Step) -> str:
        data = json.loads(step.data)
        old = files.read_regular(Path(step.source), MOST_SIDECAR_BYTES) if data["merges"] else None
        try:
            content = self._writers[data["writer"]](old, data["text"])
        except ValueError as error:
            raise _SkippedError(f"Nothing could be written beside it: {error}") from error
        part = self._part(number)
        part.unlink(missing_ok=True)
        with part.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        return sha256(content).hexdigest()

    def _note_digests(self, results: Mapping[int, Exception | str | None]) -> None:
        """Write what files will hold before they get their names, so that a changed one is known when it is undone."""
        steps = self._record.steps
        written = {
            number: replace(steps[number], digest=digest)
            for number, digest in results.items()
            if isinstance(digest, str)
        }
        if written:
            self._journal.plan(self._record, written)

    def _place(self, number: int, error: Exception | None) -> None:
        step = self._record.steps[number]
        if step.of in self._skipped:
            # It stays with its photo.
            self._end(number)
            return
        try:
            if error is not None:
                raise error
            self._put(number)
        except _SkippedError as skipped:
            self._skip(number, str(skipped))
        except OSError as problem:
            self._fail(number, problem)
        else:
            self.done.add(number)
            self.left.discard(number)

    def _put(self, number: int) -> None:
        step = self._record.steps[number]
        try:
            self._put_at(number, step)
        except FileExistsError:
            # It came there after the preview.
            self._rename(number, step)
            self._put_at(number, self._record.steps[number])

    def _put_at(self, number: int, step: Step) -> None:
        source, target = Path(step.source), Path(step.target)
        if step.act is Act.MOVE:
            move_file(source, target, self._part(number))
        elif step.act is Act.LINK:
            target.symlink_to(source.absolute())
        elif step.act is Act.HARD_LINK:
            os.link(source, target)
        else:
            move_file(self._part(number), target, self._part(number))

    def _rename(self, number: int, step: Step) -> None:
        """Give a photo and its companions another name, where another file has taken theirs."""
        source, target = Path(step.source), Path(step.target)
        if step.of != number:
            raise _SkippedError(_TAKEN)
        if is_same(source, target):
            self.already_there.append((source, target))
            raise _SkippedError("")
        group = [each for each in self._record.steps if self._record.steps[each].of == number]
        beside = [each for each in group if Path(self._record.steps[each].target).parent == target.parent]
        rests = {each: Path(self._record.steps[each].target).name[len(target.stem) :] for each in beside}
        members = [Member(source if each == number else None, rests[each]) for each in beside]
        found = GroupNames().take(target.parent, target.stem, members)
        steps = {
            each: replace(self._record.steps[each], target=str(target.parent / (found.stem + rests[each])))
            for each in beside
        }
        self._journal.plan(self._record, steps)

    def _fail(self, number: int, error: OSError) -> None:
        step = self._record.steps[number]
        source = Path(step.source)
        of_source = error.filename is not None and str(error.filename) == step.source
        if isinstance(error, FileNotFoundError) and not os.path.lexists(source):
            if source.parent.is_dir():
                self._skip(number, _GONE)
            else:
                self._stop(f"The folder “{source.parent.name}” with the photos is not there any more.")
        elif not of_source and (error.errno in _DISK_ERRORS or not self._has_home()):
            self._stop(files.storage_error(error, Path(step.target)).message)
        elif step.act in {Act.LINK, Act.HARD_LINK} and error.errno in _NO_LINKS:
            self._stop(f"The disk takes no such links: {error.strerror}. The photos can be copied.")
        elif of_source:
            self._skip(number, f"It cannot be read: {files.why_unreadable(error)}.")
        else:
            self._skip(number, files.storage_error(error, Path(step.target)).message)

    def _skip(self, number: int, reason: str) -> None:
        self._skipped.add(number)
        self._end(number)
        if reason:
            self.problems.append(MendingProblem(Path(self._record.steps[number].source), reason))

    def _end(self, number: int) -> None:
        self.left.discard(number)

    def _stop(self, reason: str) -> None:
        self.stopped = StorageError(reason, _GO_ON)

    def _part(self, number: int) -> Path:
        return part_of(self._record, number, Path(self._record.steps[number].target))


def _device(folder: Path) -> int | None:
    """Return the number of a folder's disk; None where it is not there."""
    try:
        return folder.stat().st_dev
    except OSError:
        return None
