"""The review of the open collection: what is known of its photos, what is wrong with it, and what mends it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.learning.results import PhotosUnreadable
from tlgui.photos.collection import Collection
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.findings import Mending, Report
from tlgui.photos.mending.sorting import Mended, Mender
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.scan import CollectionListed, Survey
from tlgui.photos.scanning.watching import FolderChanges, changes_on_disk
from tlgui.progress import JobContext
from tlgui.ui.session.folder_reading import Looking, MendJob, Reading, applying, read_collection
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.requests import (
    DiskRequest,
    LookRequest,
    MendRequest,
    ReadAgainRequest,
    ShowClassRequest,
    UndoRequest,
)
from tlgui.ui.session.worker import Job

_NOTHING = Report()


@dataclass(frozen=True, slots=True)
class _DiskSeen:
    """What changed on disk since a survey."""

    survey: Survey
    changes: FolderChanges


class Review(QObject):
    """What is known of the open collection, kept in step with the disk.

    Signals:
        changed: The facts, the report, what can be undone, or what changed on disk are new.
        collection_changed: There is another collection, or the same one was read again.
        collection_listed: While a folder is read: its classes and their photos as far as they are listed.
        photos_unreadable: A training came upon photos that cannot be read; the folder is read again when it ends.

    Args:
        jobs: Where work is started.
        then: Called with each new collection on the thread that read it, for what takes too long for the GUI's.
        parent: The owner.
    """

    changed = Signal()
    collection_changed = Signal()
    collection_listed = Signal(Collection)
    photos_unreadable = Signal(PhotosUnreadable)

    def __init__(self, jobs: Jobs, then: Callable[[Collection], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._then = then
        self._reading: Reading | None = None
        self._disk_changes: FolderChanges | None = None
        self._looking: Looking | None = None
        self._look_job: Job | None = None
        self._mend_job: MendJob | None = None
        self._met_unreadable = False

    @property
    def collection(self) -> Collection | None:
        """The open collection."""
        return self._reading.collection if self._reading is not None else None

    @property
    def survey(self) -> Survey | None:
        """The open collection and its facts."""
        return self._reading.survey if self._reading is not None else None

    @property
    def facts(self) -> Mapping[Path, PhotoFacts]:
        """What is known of each photo; empty without a collection."""
        return self._reading.survey.facts if self._reading is not None else {}

    @property
    def report(self) -> Report:
        """What is to be said of the collection; it grows when the closer look ends."""
        return self._reading.report if self._reading is not None else _NOTHING

    @property
    def disk_changes(self) -> FolderChanges | None:
        """What changed in the folder since it was read, as far as `look_at_disk` found; None where nothing did."""
        return self._disk_changes

    @property
    def next_undo(self) -> str | None:
        """What `undo` would undo, such as “move 14 photos to “wren””; None where there is nothing."""
        return self._reading.next_undo if self._reading is not None else None

    @property
    def is_looking(self) -> bool:
        """Whether a closer look is being taken behind the scenes."""
        return self._looking is not None

    def follow(self, job: Job) -> None:
        """Say what a job that reads a folder finds before it ends."""
        job.reported.connect(self._on_job_reported)

    def follow_training(self, job: Job) -> None:
        """Say which photos a training could not read, and read the folder again once it ended."""
        job.reported.connect(self._on_training_reported)
        job.ended.connect(self._on_training_ended)

    def take(self, reading: Reading) -> None:
        """Make a reading the open collection, and look closer where that was not done before."""
        self._stop_looking()
        self._reading = reading
        self._disk_changes = None
        if reading.needs_look:
            self._looking = Looking(reading, self._then)
            request = LookRequest(reading.collection.folder)
            self._look_job = self._jobs.begin_quietly(request, self._looking, self._on_look_succeeded)
            self._look_job.ended.connect(self._on_look_ended)
        self.collection_changed.emit()
        self.changed.emit()

    def final_survey(self) -> Callable[[JobContext], Survey]:
        """Return what waits, on a job's thread, for the closer look and returns the survey with all groups."""
        reading, looking = self._needed_reading(), self._looking
        return looking.finish if looking is not None else reading.looked_closer

    def mend(self, mending: Mending) -> Job:
        """Mend the collection and read it again; the job succeeds with a `Mended`."""
        return self._begin(MendRequest(mending), applying(mending))

    def undo(self) -> Job:
        """Undo the last mending and read the collection again; the job succeeds with a `Mended`, None for nothing."""
        return self._begin(UndoRequest(self._folder()), lambda mender, context: mender.undo(context))

    def show_class_as(self, name: str, shown: str) -> Job:
        """Show the class that is now called `name` as `shown`; an empty one shows its folder's name again."""
        folders = self._folder_names(name)
        return self._begin(ShowClassRequest(name, shown), lambda mender, _context: mender.show_class_as(folders, shown))

    def look_at_disk(self) -> Job | None:
        """See behind the scenes what changed in the folder since it was read; `changed` says when something did.

        Returns None where that is under way already, or where a job is: it may be changing the folder itself.
        """
        asked = any(isinstance(job.request, DiskRequest) for job in self._jobs.quiet)
        if self._reading is None or asked or self._jobs.current is not None:
            return None
        found = self._reading.survey
        job = self._jobs.begin_quietly(
            DiskRequest(found.collection.folder), lambda context: _DiskSeen(found, changes_on_disk(found, context))
        )
        job.succeeded.connect(self._on_disk_seen)
        return job

    def _begin(self, request: object, act: Callable[[Mender, JobContext], Mended | None]) -> Job:
        mend_job = MendJob(self._needed_reading(), act, self._then)
        job = self._jobs.begin(request, mend_job, self._on_mended)
        self._mend_job = mend_job
        # It would read files that are about to move.
        self._stop_looking()
        self._jobs.stop_quiet(DiskRequest)
        job.failed.connect(self._on_mend_cut_short)
        job.cancelled.connect(self._on_mend_cut_short)
        return job

    def _stop_looking(self) -> None:
        self._looking = self._look_job = None
        self._jobs.stop_quiet(LookRequest | ReadAgainRequest)

    def _needed_reading(self) -> Reading:
        if self._reading is None:
            raise RuntimeError("this needs a collection")
        return self._reading

    def _folder(self) -> Path:
        return self._needed_reading().collection.folder

    def _folder_names(self, class_name: str) -> tuple[str, ...]:
        classes = self._needed_reading().collection.classes
        found = next((known for known in classes if known.name == class_name), None)
        return tuple(dict.fromkeys(map(shown_name, found.folders))) if found is not None else ()

    def _read_again(self) -> None:
        folder = self._folder()
        self._jobs.begin_quietly(
            ReadAgainRequest(folder), lambda context: read_collection(folder, context), self._on_read_again
        )

    @Slot(object)
    def _on_training_reported(self, event: object) -> None:
        if isinstance(event, PhotosUnreadable):
            self._met_unreadable = True
            self.photos_unreadable.emit(event)

    @Slot()
    def _on_training_ended(self) -> None:
        if self._met_unreadable:
            self._met_unreadable = False
            self._read_again()

    @Slot(object)
    def _on_job_reported(self, event: object) -> None:
        if isinstance(event, CollectionListed):
            self.collection_listed.emit(event.collection)

    @Slot(object)
    def _on_mended(self, _mended: object) -> None:
        mend_job, self._mend_job = self._mend_job, None
        if mend_job is not None and mend_job.reading is not None:
            self.take(mend_job.reading)

    @Slot()
    def _on_mend_cut_short(self) -> None:
        """See how far a mending came that was stopped or that failed."""
        self._mend_job = None
        self._read_again()

    @Slot(object)
    def _on_read_again(self, reading: object) -> None:
        assert isinstance(reading, Reading)
        if self.collection is not None and self.collection.folder == reading.collection.folder:
            self.take(reading)

    @Slot(object)
    def _on_look_succeeded(self, reading: object) -> None:
        assert isinstance(reading, Reading)
        # One that was stopped too late must not bring back what was mended meanwhile.
        if self.sender() is not self._look_job:
            return
        before, self._reading = self._needed_reading().collection, reading
        now = reading.collection
        if (now.groups, now.problems) != (before.groups, before.problems):
            self.collection_changed.emit()

    @Slot()
    def _on_look_ended(self) -> None:
        if self.sender() is self._look_job:
            self._looking = self._look_job = None
            self.changed.emit()

    @Slot(object)
    def _on_disk_seen(self, seen: object) -> None:
        assert isinstance(seen, _DiskSeen)
        changes = seen.changes or None
        if self.survey is seen.survey and changes != self._disk_changes:
            self._disk_changes = changes
            self.changed.emit()
