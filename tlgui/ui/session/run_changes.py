"""Changes in the collection since each of its runs was trained, found in the background."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.learning.runs.run import Run
from tlgui.learning.runs.training_photos import PhotoChanges, changes_since
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import JobContext
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.requests import PhotoChangesRequest
from tlgui.ui.session.review import Review
from tlgui.ui.session.run_list import RunList


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The result of comparing runs with a survey."""

    survey: Survey
    ids: frozenset[str]
    changes: Mapping[str, PhotoChanges]


class ChangesSinceRuns(QObject):
    """Compares the photos that runs were trained on with the collection as it is now.

    Args:
        jobs: Runs the comparison.
        review: Holds the collection.
        run_list: Holds the runs.
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs, review: Review, run_list: RunList, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._review = review
        self._run_list = run_list
        for signal in (review.changed, run_list.changed):
            signal.connect(self._compare)
        self._survey: Survey | None = None
        self._ids: frozenset[str] = frozenset()
        self._changes: Mapping[str, PhotoChanges] = {}

    def of(self, run: Run) -> PhotoChanges | None:
        """Return the changes since `run` was trained; None if there are none, or they are not known yet."""
        return self._changes.get(run.id) or None

    @Slot()
    def _compare(self) -> None:
        """Start a comparison, unless the same one was made before."""
        survey = self._review.survey
        wanted = [run for run in self._run_list.runs if run.training_photos_path.exists()]
        ids = frozenset(run.id for run in wanted)
        if survey is None or (survey is self._survey and ids == self._ids) or (not ids and not self._changes):
            return
        self._survey, self._ids = survey, ids
        self._jobs.stop_background(PhotoChangesRequest)

        def compare(context: JobContext) -> _Comparison:
            changes = {}
            for run in wanted:
                context.checkpoint()
                found = changes_since(run.training_photos_path, survey)
                if found:
                    changes[run.id] = found
            return _Comparison(survey, ids, changes)

        self._jobs.begin_in_background(PhotoChangesRequest(survey.collection.folder), compare, self._on_compared)

    @Slot(object)
    def _on_compared(self, comparison: object) -> None:
        assert isinstance(comparison, _Comparison)
        is_wanted = comparison.survey is self._survey and comparison.ids == self._ids
        if is_wanted and comparison.changes != self._changes:
            self._changes = comparison.changes
            self.changed.emit()
