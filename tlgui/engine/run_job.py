"""A job whose model belongs to a run: the run's record is updated however the job ends.

The window and the command line both train as runs of the collection's workspace.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from tlgui.engine.protocol import Request, SaveTrainedRequest, TrainRequest
from tlgui.errors import Cancelled, EngineError, StorageError, TlguiError, UnsavedModelError
from tlgui.learning.results import ModelSummary, StopReason
from tlgui.learning.runs.run import Run
from tlgui.learning.runs.store import RunStore
from tlgui.photos.scanning.scan import Survey
from tlgui.progress import BatchEnded, EpochEnded, Event, JobContext, Progress, Stage

ResultT = TypeVar("ResultT")
FinalSurvey = Callable[[JobContext], Survey]

_BUG = "Something unexpected happened; the log says more."

_log = logging.getLogger(__name__)


class Perform(Protocol):
    """Runs one job: `Engine.run` in the window, `jobs.perform` in the commands."""

    def __call__(self, request: Request[ResultT], context: JobContext) -> ResultT:
        """Return the job's result."""
        ...


@dataclass(frozen=True, slots=True)
class RunHints:
    """Hints for the user about a run that ended without a model.

    Args:
        interrupted: For a run that can be resumed.
        unsaved: For a run that was trained to its end, and whose model could not be written.
    """

    interrupted: str
    unsaved: str


class RunJob:
    """A job whose model belongs to a run.

    Args:
        store: The store of the run.
        run: The run.
        request: The request, whose result is the run's model.
        perform: Runs the request.
        hints: Hints for the user where there is no model.
        is_ending: Whether to stop as soon as the training has begun, so that a resumed run writes a model of its best
            epoch. A stop before that would cancel the job.
        stays_resumable: Whether the run can be resumed after a stop, although it has a model then.
        final_survey: Waits for the closer look at the collection, and returns its result to train on.

    Attributes:
        outcome: The run after the job; None where it was removed.
        is_unsaved: Whether the model of a training that ended well could not be written; see `saving_to`.
    """

    def __init__(
        self,
        store: RunStore,
        run: Run,
        request: Request[ModelSummary],
        perform: Perform,
        hints: RunHints,
        *,
        is_ending: bool = False,
        stays_resumable: bool = False,
        final_survey: FinalSurvey | None = None,
    ) -> None:
        self.run = run
        self.request = request
        self.outcome: Run | None = run
        self.is_unsaved = isinstance(request, SaveTrainedRequest)
        self.store = store
        self._perform = perform
        self._hints = hints
        self._is_ending = is_ending
        self._stays_resumable = stays_resumable
        self._final_survey = final_survey

    def __call__(self, context: JobContext) -> ModelSummary:
        """Run the job on the caller's thread.

        Args:
            context: See `Engine.run`.

        Returns:
            The run's model.

        Raises:
            Cancelled: The job was stopped without a model.
            TlguiError: See `Engine.run`; the hints are added to its hint.
        """
        try:
            self.request = self._final_request(context)
            model = self._perform(self.request, _ending(context) if self._is_ending else context)
        except Cancelled:
            self._fail("")
            raise
        except TlguiError as error:
            self.is_unsaved |= isinstance(error, UnsavedModelError)
            self._fail("" if isinstance(error, EngineError) else error.message)
            error.hint = f"{error.hint} {self._hint()}".strip()
            raise
        except BaseException:
            self._fail(_BUG)
            raise
        self.is_unsaved = False
        can_go_on = self._stays_resumable and model.stop_reason is StopReason.STOPPED
        self.outcome = self.store.finish(self.run, model, can_go_on=can_go_on)
        return model

    def saving_to(self, target: Path) -> "RunJob":
        """Return the job that writes the model of an unsaved run without training again.

        Args:
            target: The `.tlmodel` to write.
        """
        training = self.request.training if isinstance(self.request, SaveTrainedRequest) else self.request
        assert isinstance(training, TrainRequest)
        run = self.outcome or self.run
        return RunJob(self.store, run, SaveTrainedRequest(training, target), self._perform, self._hints)

    def _final_request(self, context: JobContext) -> Request[ModelSummary]:
        """Return the request with the photos of the closer look, whose list is written to the run's folder."""
        if self._final_survey is None or not isinstance(self.request, TrainRequest):
            return self.request
        survey = self._final_survey(context)
        try:
            self.store.keep_training_photos(self.run, survey)
        except StorageError:
            # The list serves later comparisons only; the training reports itself what a full disk means for it.
            _log.warning("the photos of the run in %s could not be listed", self.run.folder, exc_info=True)
        return replace(self.request, collection=survey.collection)

    def _fail(self, problem: str) -> None:
        self.outcome = self.store.fail(self.run, problem, is_unsaved=self.is_unsaved)

    def _hint(self) -> str:
        if self.outcome is None:
            return ""
        return self._hints.unsaved if self.is_unsaved else self._hints.interrupted


def _ending(context: JobContext) -> JobContext:
    """Return a context that stops the training once it has begun."""
    has_begun = False

    def report(event: Event) -> None:
        nonlocal has_begun
        is_training = isinstance(event, Progress) and event.stage is Stage.TRAINING
        has_begun = has_begun or is_training or isinstance(event, BatchEnded | EpochEnded)
        context.report(event)

    def checkpoint() -> None:
        context.checkpoint()
        if has_begun:
            raise Cancelled

    return JobContext(report, checkpoint)
