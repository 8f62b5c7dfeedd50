"""The review of the open collection: facts about its photos, findings, mendings and their undo."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.learning.results import PhotosUnreadable
from tlgui.photos.collection import Collection
from tlgui.photos.facts import PhotoFacts
from tlgui.photos.health.doubt_findings import with_doubts
from tlgui.photos.health.findings import Mending, Report
from tlgui.photos.mending.adding_decided import PhotoToAdd
from tlgui.photos.mending.copying import copies_into_classes
from tlgui.photos.mending.mender import Mended, Mender
from tlgui.photos.names import shown_name
from tlgui.photos.scanning.scan import CollectionListed, Survey
from tlgui.photos.scanning.watching import FolderChanges, changes_on_disk
from tlgui.progress import JobContext, Progress
from tlgui.ui.session.folder_reading import (
    CloserLook,
    FolderState,
    MendJob,
    add_decided,
    add_photos,
    apply_mending,
    read_collection,
)
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.photo_selection import PhotoSelection
from tlgui.ui.session.requests import (
    AddDecidedRequest,
    AddRequest,
    CopyRequest,
    DiskRequest,
    LookRequest,
    MendRequest,
    ReadAgainRequest,
    ShowClassRequest,
    UndoRequest,
)
from tlgui.ui.session.user_activity import UserActivity
from tlgui.ui.session.worker import Job

_EMPTY_REPORT = Report()


@dataclass(frozen=True, slots=True)
class _DiskComparison:
    """The result of comparing the disk with a survey."""

    survey: Survey
    changes: FolderChanges


class Review(QObject):
    """The state of the open collection, and the jobs that change it.

    Signals:
        changed: The facts, the report, `next_undo` or `disk_changes` are new.
        collection_changed: Another collection is open, or the same one was read again.
        collection_listed: While a folder is read: its classes and photos listed so far.
        look_progressed: The closer look has got further, see `look_share`.
        photos_unreadable: A training found photos that cannot be read; the folder is read again after the training.

    Args:
        jobs: Runs the jobs.
        then: Called with each new collection on the thread that read it, for work too slow for the GUI thread.
        parent: The owner.
    """

    changed = Signal()
    collection_changed = Signal()
    collection_listed = Signal(Collection)
    look_progressed = Signal()
    photos_unreadable = Signal(PhotosUnreadable)

    def __init__(self, jobs: Jobs, then: Callable[[Collection], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._then = then
        self._state: FolderState | None = None
        self._disk_changes: FolderChanges | None = None
        self._doubts: PhotoSelection | None = None
        self._report = _EMPTY_REPORT
        self._looking: CloserLook | None = None
        self._look_job: Job | None = None
        self._look_share = 0.0
        self._mend_job: MendJob | None = None
        self._met_unreadable = False
        self._activity: UserActivity | None = None
        jobs.started.connect(self._on_idle_changed)
        jobs.ended.connect(self._on_idle_changed)

    @property
    def collection(self) -> Collection | None:
        """The open collection."""
        return self._state.collection if self._state is not None else None

    @property
    def survey(self) -> Survey | None:
        """The open collection and its facts."""
        return self._state.survey if self._state is not None else None

    @property
    def facts(self) -> Mapping[Path, PhotoFacts]:
        """The facts about each photo; empty without a collection."""
        return self._state.survey.facts if self._state is not None else {}

    @property
    def report(self) -> Report:
        """The findings; more are added when the closer look ends."""
        return self._report

    @property
    def doubts(self) -> PhotoSelection | None:
        """The photos that look more like another class, as last given to `show_doubts`; None if there are none."""
        return self._doubts

    @property
    def disk_changes(self) -> FolderChanges | None:
        """The changes that `check_disk` found in the folder since it was read; None if there are none."""
        return self._disk_changes

    @property
    def next_undo(self) -> str | None:
        """The mending that `undo` would take back, such as “move 14 photos to “wren””; None if there is none."""
        return self._state.next_undo if self._state is not None else None

    @property
    def is_looking(self) -> bool:
        """Whether a closer look runs in the background."""
        return self._looking is not None

    @property
    def look_share(self) -> float:
        """How far the closer look that runs in the background has got, 0 to 1."""
        return self._look_share

    def show_doubts(self, doubts: PhotoSelection | None) -> None:
        """Add the photos that look more like another class to the report; None for none."""
        if doubts != self._doubts:
            self._doubts = doubts
            self._make_report()
            self.changed.emit()

    def follow(self, job: Job) -> None:
        """Emit `collection_listed` for a job that reads a folder."""
        job.reported.connect(self._on_job_reported)

    def follow_training(self, job: Job) -> None:
        """Emit `photos_unreadable` for a training, and read the folder again after such a training."""
        job.reported.connect(self._on_training_reported)
        job.ended.connect(self._on_training_ended)

    def open(self, state: FolderState) -> None:
        """Make the collection of `state` the open one, and start the closer look if photos need it."""
        self._stop_looking()
        self._state = state
        self._make_report()
        self._disk_changes = None
        if state.needs_look:
            self._looking = CloserLook(state, self._then)
            self._activity = UserActivity(self)
            self._activity.changed.connect(self._on_idle_changed)
            self._on_idle_changed()
            request = LookRequest(state.collection.folder)
            self._look_job = self._jobs.begin_in_background(request, self._looking, self._on_look_succeeded)
            self._look_share = 0.0
            self._look_job.reported.connect(self._on_look_reported)
            self._look_job.ended.connect(self._on_look_ended)
        self.collection_changed.emit()
        self.changed.emit()

    def final_survey(self) -> Callable[[JobContext], Survey]:
        """Return a function for the thread of a job: it waits for the closer look and returns its survey."""
        state, looking = self._needed_state(), self._looking
        return looking.finish if looking is not None else state.with_closer_look

    def mend(self, mending: Mending) -> Job:
        """Mend the collection and read it again; the job succeeds with a `Mended`."""
        return self._begin(MendRequest(mending), apply_mending(mending, self._needed_state()))

    def add_photos(self, class_name: str, paths: tuple[Path, ...]) -> Job:
        """Copy photos from outside into a class and read the collection again; the job succeeds with a `Mended`."""
        return self._begin(AddRequest(class_name, paths), add_photos(class_name, paths, self._needed_state()))

    def add_decided(self, photos: tuple[PhotoToAdd, ...]) -> Job:
        """Copy photos that a person decided about into their classes and read the collection again, as `add_photos`."""
        return self._begin(AddDecidedRequest(photos), add_decided(photos, self._needed_state()))

    def undo(self) -> Job:
        """Undo the last mending, if any, and read the collection again; the job succeeds with a `Mended` or None."""
        return self._begin(UndoRequest(self._folder()), lambda mender, context: mender.undo(context))

    def show_class_as(self, name: str, shown: str) -> Job:
        """Show the class with the present name `name` as `shown`; an empty string restores the name of its folder."""
        folders = self._folder_names(name)
        return self._begin(ShowClassRequest(name, shown), lambda mender, _context: mender.show_class_as(folders, shown))

    def copy_into_classes(self, folder: Path) -> Job:
        """Copy each photo into a folder of its class inside `folder`; the job succeeds with a `Mended`."""
        collection = self._needed_state().collection

        def copy(mender: Mender, context: JobContext) -> Mended:
            return mender.apply(copies_into_classes(collection, folder), context)

        return self._begin(CopyRequest(folder), copy)

    def check_disk(self) -> Job | None:
        """Compare the folder with the collection in the background; `changed` is emitted if something differs.

        Returns:
            The job; None if a comparison already runs, or a job that may be changing the folder.
        """
        is_running = any(isinstance(job.request, DiskRequest) for job in self._jobs.background)
        if self._state is None or is_running or self._jobs.current is not None:
            return None
        found = self._state.survey
        job = self._jobs.begin_in_background(
            DiskRequest(found.collection.folder),
            lambda context: _DiskComparison(found, changes_on_disk(found, context)),
        )
        job.succeeded.connect(self._on_disk_compared)
        return job

    def _begin(self, request: object, act: Callable[[Mender, JobContext], Mended | None]) -> Job:
        mend_job = MendJob(self._needed_state(), act, self._then)
        job = self._jobs.begin(request, mend_job, self._on_mended)
        self._mend_job = mend_job
        # The look would read files that are about to move.
        self._stop_looking()
        self._jobs.stop_background(DiskRequest)
        job.failed.connect(self._on_mend_cut_short)
        job.cancelled.connect(self._on_mend_cut_short)
        return job

    def _make_report(self) -> None:
        if self._state is None:
            return
        # Photos that were just moved away are not shown until the doubts are known anew.
        facts = self._state.survey.facts
        doubtful = [path for path in self._doubts.paths if path in facts] if self._doubts is not None else []
        self._report = with_doubts(self._state.report, doubtful)

    def _stop_looking(self) -> None:
        self._end_looking()
        self._jobs.stop_background(LookRequest | ReadAgainRequest)

    def _end_looking(self) -> None:
        self._looking = self._look_job = None
        if self._activity is not None:
            self._activity.deleteLater()
            self._activity = None

    def _needed_state(self) -> FolderState:
        if self._state is None:
            raise RuntimeError("this needs a collection")
        return self._state

    def _folder(self) -> Path:
        return self._needed_state().collection.folder

    def _folder_names(self, class_name: str) -> tuple[str, ...]:
        classes = self._needed_state().collection.classes
        found = next((known for known in classes if known.name == class_name), None)
        return found.labels or tuple(dict.fromkeys(map(shown_name, found.folders))) if found is not None else ()

    def _read_again(self) -> None:
        folder = self._folder()
        self._jobs.begin_in_background(
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
        if mend_job is not None and mend_job.after is not None:
            self.open(mend_job.after)

    @Slot()
    def _on_mend_cut_short(self) -> None:
        """Read the folder again after a mending that failed or was stopped, because part of it may be done."""
        self._mend_job = None
        self._read_again()

    @Slot(object)
    def _on_read_again(self, state: object) -> None:
        assert isinstance(state, FolderState)
        if self.collection is not None and self.collection.folder == state.collection.folder:
            self.open(state)

    @Slot()
    def _on_idle_changed(self) -> None:
        if self._looking is not None and self._activity is not None:
            self._looking.set_idle(is_idle=self._jobs.current is None and not self._activity.is_active)

    @Slot(object)
    def _on_look_reported(self, event: object) -> None:
        if self.sender() is self._look_job and isinstance(event, Progress) and event.total:
            self._look_share = event.done / event.total
            self.look_progressed.emit()

    @Slot(object)
    def _on_look_succeeded(self, state: object) -> None:
        assert isinstance(state, FolderState)
        # A look that ends after its stop is out of date: photos may have been moved since.
        if self.sender() is not self._look_job:
            return
        before, self._state = self._needed_state().collection, state
        self._make_report()
        now = state.collection
        if (now.groups, now.problems) != (before.groups, before.problems):
            self.collection_changed.emit()

    @Slot()
    def _on_look_ended(self) -> None:
        if self.sender() is self._look_job:
            self._end_looking()
            self.changed.emit()

    @Slot(object)
    def _on_disk_compared(self, seen: object) -> None:
        assert isinstance(seen, _DiskComparison)
        changes = seen.changes or None
        if self.survey is seen.survey and changes != self._disk_changes:
            self._disk_changes = changes
            self.changed.emit()
