"""What more photos would help, of each run: read from its folder, or measured in the background once it is asked for.

Heads are trained on parts of the photos, on features that a training has cached; only runs of such trainings are
measured, on the photos that they were trained on, and only while nothing else is under way.
"""

import functools

from PySide6.QtCore import QObject, Signal

from tlgui.engine.protocol import Engine, LearningCurveRequest
from tlgui.learning.learning_curve import LearningCurve
from tlgui.learning.runs.learning_curve import read_learning_curve
from tlgui.learning.runs.run import Run, RunStatus
from tlgui.progress import JobContext
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.requests import KeptCurveRequest
from tlgui.ui.session.review import Review
from tlgui.ui.session.run_changes import ChangesSinceRuns


class LearningCurves(QObject):
    """Holds the learning curves of the runs that were asked for.

    Signals:
        changed: A curve is known now.

    Args:
        jobs: Runs the reading and the measuring.
        engine: Measures.
        review: Holds the collection.
        run_changes: Knows whether the photos of a run have changed.
        parent: The owner.
    """

    changed = Signal()

    def __init__(
        self, jobs: Jobs, engine: Engine, review: Review, run_changes: ChangesSinceRuns, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._engine = engine
        self._review = review
        self._run_changes = run_changes
        # None for a run of which no curve can be measured.
        self._known: dict[str, LearningCurve | None] = {}
        self._not_kept: set[str] = set()

    @property
    def is_under_way(self) -> bool:
        """Whether a curve is being read or measured."""
        kinds = KeptCurveRequest | LearningCurveRequest
        return any(isinstance(job.request, kinds) for job in self._jobs.background)

    def of(self, run: Run) -> LearningCurve | None:
        """Return the learning curve of a run of the open collection; None while it is not known.

        Where it is not known, it is read or measured, unless something else is under way; `changed` follows.
        """
        if run.id not in self._known and not self._is_wanted_already(run):
            if run.id in self._not_kept:
                self._measure(run)
            else:
                self._read(run)
        return self._known.get(run.id)

    def _is_wanted_already(self, run: Run) -> bool:
        return any(
            (isinstance(job.request, KeptCurveRequest) and job.request.run_id == run.id)
            or (isinstance(job.request, LearningCurveRequest) and not job.is_stopping)
            for job in self._jobs.background
        )

    def _read(self, run: Run) -> None:
        def read(_context: JobContext) -> LearningCurve | None:
            return read_learning_curve(run.learning_curve_path)

        self._jobs.begin_in_background(
            KeptCurveRequest(run.folder, run.id), read, functools.partial(self._on_read, run)
        )

    def _on_read(self, run: Run, curve: object) -> None:
        if isinstance(curve, LearningCurve):
            self._keep(run, curve)
        else:
            self._not_kept.add(run.id)
            self._measure(run)

    def _measure(self, run: Run) -> None:
        collection, best = self._review.collection, run.best_epoch
        is_free = self._jobs.current is None and self._jobs.prediction is None and not self._review.is_looking
        is_trained = run.status is RunStatus.FINISHED and run.recipe.is_cached and run.has_model
        if collection is None or best is None or not is_free or not is_trained:
            return
        if self._run_changes.of(run) is not None:
            return
        request = LearningCurveRequest(collection, run.recipe, best.epoch, run.folder)
        job = self._jobs.begin_in_background(
            request, functools.partial(self._engine.run, request), functools.partial(self._keep, run)
        )
        # What cannot be measured now, for want of weights for example, is not tried again.
        job.failed.connect(functools.partial(self._give_up, run))

    def _keep(self, run: Run, curve: object) -> None:
        self._known[run.id] = curve if isinstance(curve, LearningCurve) else None
        self.changed.emit()

    def _give_up(self, run: Run, _error: object) -> None:
        self._known[run.id] = None
