"""Sorts photos into folders, with a journal of its own: a sort can be undone and gone on with, after a restart too.

It is the journal and the moving of mendings, for photos that belong to no collection. One process sorts at a time.
"""

import contextlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tlgui import files
from tlgui.errors import StorageError
from tlgui.photos.mending.file_mover import MendingProblem
from tlgui.photos.mending.journal import Journal
from tlgui.photos.mending.records import Act, Record, RecordKind, SortHead
from tlgui.photos.names import shown_name
from tlgui.photos.sorting.carrying import Carrier
from tlgui.photos.sorting.options import DecidedPhoto, SortOptions, Writer
from tlgui.photos.sorting.plan import SortPlan, is_photo_step
from tlgui.photos.sorting.planning import PlanInput, plan_sort
from tlgui.photos.sorting.target import check_room
from tlgui.photos.sorting.undoing import Undoing, drop_folders, steps_done, steps_undone
from tlgui.photos.sorting.words import words_for, words_when_done
from tlgui.progress import JobContext

_FOLDER = "sorts"
_KEPT = "kept"
_OTHER_SORT = "Photos were sorted, or a sort was undone, in another window meanwhile. Nothing was undone now."


@dataclass(frozen=True, slots=True)
class Sorted:
    """The result of a sort, or of going on with one.

    Args:
        photo_count: How many photos are sorted, those of an earlier part of the sort included.
        companion_count: How many files went with them or were written beside them.
        left_count: How many files are still to be sorted, where it stopped.
        problems: The files that were not sorted, and why.
        already_there: Photos that came there since the preview, each with that file.
        stopped: Why it stopped, and what to do; None where it did not.
        words: A sentence about what was done.
    """

    photo_count: int
    companion_count: int
    left_count: int
    problems: tuple[MendingProblem, ...]
    already_there: tuple[tuple[Path, Path], ...]
    stopped: StorageError | None
    words: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The result of undoing a sort.

    Args:
        file_count: How many files were moved back, or removed again.
        problems: The files that were not, such as those changed since, and why.
        words: A sentence about it.
    """

    file_count: int
    problems: tuple[MendingProblem, ...]
    words: str


@dataclass(frozen=True, slots=True)
class PastSort:
    """A sort that can be undone.

    Args:
        words: What it did, such as “copy 14 photos into folders in “sorted””.
        into: The folder that it sorted into.
        began: When, as an ISO 8601 time with its offset.
        left_count: How many files it has still to sort.
        id: What tells it from the other sorts that can be undone.
    """

    words: str
    into: Path
    began: str
    left_count: int
    id: str = ""

    def is_same(self, other: "PastSort | None") -> bool:
        """Return whether this is the same sort, of which more may have been done, or undone, by now."""
        return other is not None and (self.id, self.began, self.into) == (other.id, other.began, other.into)


class Sorter:
    """Sorts photos, one sort after another.

    Args:
        folder: Where the journal is kept; by default in the user's data folder.
        writers: The functions that write files beside photos, by the name that the journal keeps.
    """

    def __init__(self, folder: Path | None = None, writers: Mapping[str, Writer] | None = None) -> None:
        self._folder = folder if folder is not None else files.data_folder() / _FOLDER
        self._journal = Journal(self._folder, is_of_sorts=True)
        self._writers = writers or {}
        # The last sort, and the state of the journal in which it was read.
        self._known: tuple[object, PastSort | None] = (None, None)

    def preview(
        self,
        photos: Sequence[DecidedPhoto],
        options: SortOptions,
        context: JobContext,
        *,
        class_names: Sequence[str] = (),
        roots: Sequence[Path] = (),
        training: Path | None = None,
        taken: dict[Path, float | None] | None = None,
    ) -> SortPlan:
        """Plan a sort; nothing is changed.

        Args:
            photos: The photos; of one that comes twice, the first is taken.
            options: What the user chose.
            context: Gets the progress; its checkpoint is called before each photo.
            class_names: The classes of the model in its order, so that their folders do not depend on the photos.
            roots: What the user gave: photos, and folders that hold some. Photos in the folder to sort into are left
                out, unless they were given themselves. Without roots, every photo was given itself.
            training: The folder of the collection that the model is trained on; None where that is unknown.
            taken: When photos were taken, as earlier previews have read it; gets what is read now.

        Raises:
            SettingError: The pattern or the name of a folder cannot be used.
            TargetError: The folder to sort into is a file.
            StorageError: It cannot be written to.
            Cancelled: The user pressed Stop.
        """
        options = replace(options, into=options.into.absolute())
        once: dict[Path, DecidedPhoto] = {}
        for photo in photos:
            path = photo.path.absolute()
            once.setdefault(path, photo if path == photo.path else replace(photo, path=path))
        kept = self._folder / _KEPT / secrets.token_hex(8)
        return plan_sort(
            PlanInput(
                tuple(once.values()),
                options,
                class_names,
                roots,
                training,
                kept,
                self._writers,
                taken if taken is not None else {},
            ),
            context,
        )

    def apply(self, plan: SortPlan, context: JobContext) -> Sorted:
        """Do what a plan says; a file for which it fails is in the result, and the others are sorted all the same.

        Args:
            plan: From `preview`; photos that were changed since are left.
            context: Gets the progress; its checkpoint is called before each file.

        Returns:
            What was done. Where the disk is full or away, it has stopped, and `go_on` does the rest.

        Raises:
            StorageError: The journal cannot be written, there is too little room, another sort is under way, or the
                disk refused the first photo.
            Cancelled: The user pressed Stop; what was done stays, and can be undone or gone on with.
        """
        with self._owned():
            check_room(plan.options.into, plan.needed_bytes)
            began = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
            head = SortHead(str(plan.options.into), tuple(map(str, plan.made_folders)), began)
            record = self._journal.begin(RecordKind.SORT, "sort photos", head=head)
            self._journal.plan(record, dict(enumerate(plan.steps)))
            return self._carried(record, context)

    def last(self) -> PastSort | None:
        """Return the sort that `undo` takes back; None where there is none."""
        self.recover()
        mark = self._journal.mark()
        if mark is None or mark != self._known[0]:
            record = self._journal.last()
            self._known = mark, _past(record) if record is not None else None
        return self._known[1]

    def unfinished(self) -> PastSort | None:
        """Return the last sort where it stopped or was killed, so that it can be gone on with; otherwise None."""
        past = self.last()
        return past if past is not None and past.left_count else None

    def moved(self) -> dict[str, str]:
        """Return where the last sort has moved files, by where they were; empty where it copied them."""
        record = self._journal.last()
        steps = record.done.values() if record is not None else ()
        return {step.source: step.target for step in steps if step.act is Act.MOVE}

    def go_on(self, context: JobContext) -> Sorted | None:
        """Go on with the last sort, where that stopped or was killed.

        Args:
            context: As in `apply`.

        Returns:
            What is done of the whole sort; None where there is nothing to go on with.

        Raises:
            StorageError: As in `apply`, or a later version has sorted.
            Cancelled: As in `apply`.
        """
        with self._owned():
            self._journal.check_version()
            record = self._journal.last()
            if record is None or not record.left:
                return None
            _check_there(record)
            left = sorted(record.left)
            self._journal.begin_again(record)
            return self._carried(record, context, left)

    def undo(self, context: JobContext, expected: PastSort | None = None) -> Undone | None:
        """Take the last sort back. What was changed since stays and is in the result.

        Args:
            context: Gets the progress; its checkpoint is called before each file.
            expected: The sort that the user has been told of; None for the last one, whichever that is.

        Returns:
            The result; None where there is nothing to undo.

        Raises:
            StorageError: The journal cannot be written, the folder with photos that were moved is away, another sort
                is under way, or the last one is of a later version or not the one expected.
            Cancelled: The user pressed Stop; the rest can still be undone.
        """
        with self._owned():
            self._journal.check_version()
            record = self._journal.last()
            if expected is not None and not expected.is_same(_past(record) if record is not None else None):
                raise StorageError(_OTHER_SORT, "Look at what Undo says now, then try again.")
            if record is None:
                return None
            if any(step.act is Act.MOVE for step in record.done.values()):
                _check_there(record)
            words = record.words
            self._journal.begin_undo(record)
            undoing = Undoing(self._journal, record, context)
            try:
                undoing.run()
            finally:
                self._end(record, undoing.undone)
            what = f"Undone: {words}."
            if undoing.problems:
                what = f"Undone, except for {len(undoing.problems):,}: {words}."
            return Undone(undoing.back_count, tuple(undoing.problems), what)

    def past(self) -> tuple[PastSort, ...]:
        """Return the sorts that can be undone, the last one first."""
        self.recover()
        return tuple(_past(record) for record in self._journal.records())

    def recover(self) -> None:
        """Complete or reverse the step at which a kill cut the last sort short; where that fails, the next call may."""
        if self._journal.is_cut_short():
            # Another process may be in the middle of it, or the disk be away.
            with contextlib.suppress(StorageError), self._owned():
                pass

    def _carried(self, record: Record, context: JobContext, numbers: Sequence[int] | None = None) -> Sorted:
        carrier = Carrier(self._journal, record, self._writers, context)
        wanted = sorted(record.steps) if numbers is None else numbers
        try:
            carrier.run(wanted)
        finally:
            self._end(record, set(wanted) - carrier.done, carrier.left)
            if not record.done:
                drop_folders(record)
            _sync(record)
        if carrier.stopped is not None and not record.done:
            raise StorageError(carrier.stopped.message, "Nothing was sorted. Try again when that is mended.")
        photos = sum(is_photo_step(number, step) for number, step in record.done.items())
        return Sorted(
            photo_count=photos,
            companion_count=len(record.done) - photos,
            left_count=len(carrier.left),
            problems=tuple(carrier.problems),
            already_there=tuple(carrier.already_there),
            stopped=carrier.stopped,
            words=words_when_done(record),
        )

    def _end(self, record: Record, missed: set[int], left: set[int] | None = None) -> None:
        record.missed.update(missed)
        self._journal.end(record, missed, words_for(record), left or ())

    @contextlib.contextmanager
    def _owned(self) -> Iterator[None]:
        """Hold the lock of the journal, after `_settle`."""
        lock = files.OwnerLock(self._folder / "lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            is_ours = lock.acquire()
        except OSError as error:
            raise files.storage_error(error, self._folder / "lock") from error
        if not is_ours:
            raise StorageError("Photos are being sorted already, in a window or by a command.", "Wait until that ends.")
        try:
            self._settle()
            yield
        finally:
            lock.release()

    def _settle(self) -> None:
        """Find out what was done of the sort that a kill cut short, if there is one."""
        record = self._journal.last()
        if record is None or not record.is_open or not _is_there(record):
            return
        try:
            if record.is_undoing:
                self._end(record, steps_undone(record))
            else:
                missed = record.done.keys() - steps_done(record)
                self._end(record, missed, missed)
            # Those in which something lies stay.
            drop_folders(record)
        except OSError as error:
            raise StorageError(f"An earlier sort could not be put in order: {error}.", "Try again later.") from error


def _is_there(record: Record) -> bool:
    """Return whether the folder of a sort is there, or was perhaps not made yet: otherwise its disk may be away."""
    if record.head is None:
        return False
    into = Path(record.head.into)
    return into.is_dir() or (record.head.into in record.head.folders and into.parent.is_dir())


def _check_there(record: Record) -> None:
    """Raise `StorageError` where the folder that was sorted into is not there."""
    if record.head is not None and not Path(record.head.into).is_dir():
        name = shown_name(Path(record.head.into))
        raise StorageError(f"The folder “{name}” with the photos is not there.", "Plug in its disk, then try again.")


def _past(record: Record) -> PastSort:
    head = record.head or SortHead("")
    return PastSort(words_for(record), Path(head.into), head.began, len(record.left), record.path.stem)


def _sync(record: Record) -> None:
    """Flush the names of what was sorted to the disk."""
    for folder in {Path(step.target).parent for step in record.done.values()}:
        files.sync_folder(folder)
