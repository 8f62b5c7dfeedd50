"""Operations that read, examine or mend a folder, and the state they return; they run on the thread of a job."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tlgui.cancellation import run_in_thread
from tlgui.learning.data.feature_lookup import known_features
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Mending, Report
from tlgui.photos.health.report import report_on
from tlgui.photos.layouts import LayoutChoice
from tlgui.photos.mending.adding import photos_to_add
from tlgui.photos.mending.adding_decided import PhotoToAdd, decided_photos_to_add
from tlgui.photos.mending.deciding import without_spare_copies
from tlgui.photos.mending.mender import Mended, Mender, mender_of
from tlgui.photos.pictures.thumbnails import ThumbnailStore
from tlgui.photos.reading import read_folder
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.scanning.thread_pool import Slots, core_count
from tlgui.photos.storage.facts_store import FactsStore
from tlgui.progress import Event, JobContext, Progress, Stage, Throttle

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder after it was read.

    Args:
        survey: The collection and the facts about its photos.
        report: The findings.
        next_undo: The mending that Undo would take back, such as “move 14 photos to “wren””; None if there is none.
    """

    survey: Survey
    report: Report
    next_undo: str | None = None

    @property
    def collection(self) -> Collection:
        """The collection."""
        return self.survey.collection

    @property
    def needs_look(self) -> bool:
        """Whether some photos have not had the closer look."""
        return self.report.looked_at < self.report.photo_count

    def with_closer_look(self, context: JobContext) -> Survey:
        """Return the survey after the closer look at the photos that have not had it."""
        return look_closer(self.survey, context) if self.needs_look else self.survey


def read_collection(folder: Path, context: JobContext, choice: LayoutChoice | None = None) -> FolderState:
    """Read a folder, after completing or reverting a mending that a kill interrupted.

    Args:
        folder: The collection's folder.
        context: Receives progress, at most ten times a second, and raises at its checkpoints once the job is stopped.
        choice: How the folder is to be read from now on; None for what was chosen before.

    Raises:
        CollectionError: The folder does not exist, is not a folder, or cannot be opened; or the table of `choice`
            cannot be used.
        Cancelled: The user pressed Stop.
    """
    # Each report takes time of the GUI thread, and there are a hundred a second.
    context = replace(context, report=Throttle(context.report))
    found = read_folder(folder, context, (lambda _: choice) if choice is not None else None)
    return FolderState(found, _report_on(found, context), mender_of(folder).next_undo())


def _report_on(survey: Survey, context: JobContext) -> Report:
    """Return the report, using features that earlier trainings have cached; can be cancelled while the disk hangs."""
    return run_in_thread(lambda: report_on(survey, features=known_features), context)


class CloserLook:
    """The operation of the closer look; a training can wait for its result on another thread.

    It takes one core, and all but one while the window is idle or a training waits for it.

    Args:
        before: The folder before the look.
        then: Called with the new collection on the job's thread, before the job succeeds.
    """

    def __init__(self, before: FolderState, then: Callable[[Collection], None]) -> None:
        self._before = before
        self._then = then
        self._slots = Slots(1, most=core_count() - 1)
        self._is_awaited = False
        self._thumbnails = ThumbnailStore()
        self._latest = Progress(Stage.LOOKING, 0, before.report.photo_count)
        self._ended = threading.Event()
        self._looked: Survey | None = None

    def __call__(self, context: JobContext) -> FolderState:
        """Run the closer look on the calling thread."""

        def report(event: Event) -> None:
            if isinstance(event, Progress):
                self._latest = event
            context.report(event)

        try:
            quiet = JobContext(report, context.checkpoint)
            looked = look_closer(self._before.survey, quiet, self._slots, thumbnails=self._thumbnails)
            self._looked = looked
        finally:
            self._ended.set()
        self._then(looked.collection)
        return FolderState(looked, _report_on(looked, context), self._before.next_undo)

    def set_idle(self, *, is_idle: bool) -> None:
        """Take the cores that the window leaves free; called whenever the window becomes idle or busy."""
        self._slots.count = self._slots.most if is_idle or self._is_awaited else 1

    def finish(self, context: JobContext) -> Survey:
        """Return the survey of the look: waits while it runs on another thread, and runs it here if it was stopped."""
        # Nothing else goes on until it is done.
        self._is_awaited = True
        self.set_idle(is_idle=True)
        while not self._ended.wait(_POLL_SECONDS):
            context.checkpoint()
            context.report(self._latest)
        return self._looked if self._looked is not None else self._before.with_closer_look(context)


class MendJob:
    """The operation that mends a collection and reads it again.

    Args:
        before: The folder before the mending.
        act: Mends; returns None if there was nothing to do.
        then: Called with the new collection, on the job's thread.

    Attributes:
        after: The folder after the mending; None until the operation has ended.
    """

    def __init__(
        self,
        before: FolderState,
        act: Callable[[Mender, JobContext], Mended | None],
        then: Callable[[Collection], None],
    ) -> None:
        self._before = before
        self._act = act
        self._then = then
        self.after: FolderState | None = None

    def __call__(self, context: JobContext) -> Mended | None:
        """Mend and read on the calling thread."""
        folder = self._before.collection.folder
        mended = self._act(mender_of(folder), context)
        if mended is not None:
            # Facts follow moved photos, so that they need no second closer look.
            with FactsStore(folder) as store:
                store.moved(mended.moved)
        self.after = read_collection(folder, context)
        self._then(self.after.collection)
        return mended


def apply_mending(mending: Mending, before: FolderState) -> Callable[[Mender, JobContext], Mended | None]:
    """Return the function that makes a mender apply `mending`, and leave out the copies that it would leave behind.

    Args:
        mending: What the user asked for.
        before: The folder before it.
    """

    def apply(mender: Mender, context: JobContext) -> Mended:
        survey = before.survey
        return mender.apply(without_spare_copies(mending, before.report, survey.collection, survey.facts), context)

    return apply


def add_photos(
    class_name: str, paths: Sequence[Path], before: FolderState
) -> Callable[[Mender, JobContext], Mended | None]:
    """Return the function that adds photos from outside to a class.

    Args:
        class_name: The class.
        paths: Files, and folders with photos.
        before: The folder before it.
    """

    def add(mender: Mender, context: JobContext) -> Mended:
        survey = before.survey
        return mender.apply(photos_to_add(survey.collection, survey.facts, class_name, paths, context), context)

    return add


def add_decided(photos: Sequence[PhotoToAdd], before: FolderState) -> Callable[[Mender, JobContext], Mended | None]:
    """Return the function that adds photos that a person decided about to their classes.

    Args:
        photos: The photos.
        before: The folder before it.
    """

    def add(mender: Mender, context: JobContext) -> Mended:
        survey = before.survey
        return mender.apply(decided_photos_to_add(survey.collection, survey.facts, photos, context), context)

    return add
