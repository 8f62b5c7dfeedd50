"""What the window knows of a folder once it was read, and the work of reading it; runs on a job's thread."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tlgui.cancellation import patiently
from tlgui.learning.data.feature_lookup import known_features
from tlgui.photos.collection import Collection
from tlgui.photos.health.findings import Mending, Report
from tlgui.photos.health.report import report_on
from tlgui.photos.mending.sorting import Mended, Mender, mender_of
from tlgui.photos.scanning.closer_look import look_closer
from tlgui.photos.scanning.scan import Survey, survey
from tlgui.photos.storage.facts_store import FactsStore
from tlgui.progress import Event, JobContext, Progress, Stage

_PATIENCE_SECONDS = 0.1
# The window must stay live while it looks.
_THREADS = max(1, min(2, (os.cpu_count() or 1) // 2))


@dataclass(frozen=True, slots=True)
class Reading:
    """A folder as it was read.

    Args:
        survey: The collection and the facts.
        report: What is to be said of it.
        next_undo: What Undo would undo, such as “move 14 photos to “wren””; None where there is nothing.
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
        """Whether there are photos that no closer look was taken at."""
        return self.report.looked_at < self.report.photo_count

    def looked_closer(self, context: JobContext) -> Survey:
        """Return the survey after a closer look at the photos that none was taken at."""
        return look_closer(self.survey, context) if self.needs_look else self.survey


def read_collection(folder: Path, context: JobContext) -> Reading:
    """Read a folder; a mending that a kill cut short is put in order first.

    Raises:
        CollectionError: The folder is not there, is not a folder, or may not be opened.
        Cancelled: The user pressed Stop.
    """
    mender = mender_of(folder)
    mender.recover()
    found = survey(folder, context)
    return Reading(found, _report_on(found, context), mender.next_undo())


def _report_on(survey: Survey, context: JobContext) -> Report:
    """Return the report, with what earlier trainings left of the photos' features; the disk may not answer."""
    return patiently(lambda: report_on(survey, features=known_features), context)


class Looking:
    """A closer look under way, which a training can wait for.

    Args:
        reading: What is known so far.
        then: Called with the new collection before the look ends, on its thread.
    """

    def __init__(self, reading: Reading, then: Callable[[Collection], None]) -> None:
        self._reading = reading
        self._then = then
        self._latest = Progress(Stage.LOOKING, 0, reading.report.photo_count)
        self._ended = threading.Event()
        self._looked: Survey | None = None

    def __call__(self, context: JobContext) -> Reading:
        """Take the look, on the caller's thread."""

        def report(event: Event) -> None:
            if isinstance(event, Progress):
                self._latest = event
            context.report(event)

        try:
            looked = look_closer(self._reading.survey, JobContext(report, context.checkpoint), _THREADS)
            self._looked = looked
        finally:
            self._ended.set()
        self._then(looked.collection)
        return Reading(looked, _report_on(looked, context), self._reading.next_undo)

    def finish(self, context: JobContext) -> Survey:
        """Wait for the look on another thread, or take it here where it was stopped; return what it found."""
        while not self._ended.wait(_PATIENCE_SECONDS):
            context.checkpoint()
            context.report(self._latest)
        return self._looked if self._looked is not None else self._reading.looked_closer(context)


class MendJob:
    """Mends a collection and reads it again.

    Args:
        reading: The collection as it is known.
        act: What to do with the mender; returns None where there was nothing to do.
        then: Called with the new collection, on the job's thread.
    """

    def __init__(
        self,
        reading: Reading,
        act: Callable[[Mender, JobContext], Mended | None],
        then: Callable[[Collection], None],
    ) -> None:
        self._before = reading
        self._act = act
        self._then = then
        self.reading: Reading | None = None

    def __call__(self, context: JobContext) -> Mended | None:
        """Do it, on the caller's thread; `reading` is what came of it."""
        folder = self._before.collection.folder
        mended = self._act(mender_of(folder), context)
        if mended is not None:
            # Moved photos need not be looked at again.
            with FactsStore(folder) as store:
                store.moved(mended.moved)
        self.reading = read_collection(folder, context)
        self._then(self.reading.collection)
        return mended


def applying(mending: Mending) -> Callable[[Mender, JobContext], Mended | None]:
    """Return what makes a mender do `mending`."""
    return lambda mender, context: mender.apply(mending, context)
