"""Where the model in use looks in a photo: computed when asked for, one photo at a time, in the background."""

import functools
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import Engine, ExplainRequest
from tlgui.errors import TlguiError
from tlgui.learning.results import Explanation
from tlgui.ui.session.job_queue import Jobs
from tlgui.ui.session.model_in_use import ModelInUse
from tlgui.ui.session.worker import Job


class Explanations(QObject):
    """Asks the engine where the model in use looks; the session stays free meanwhile.

    Signals:
        explained: The answer for the photo asked for last.
        refused: Its path, and why there is no answer.
        model_changed: Another model is in use, or none.

    Args:
        jobs: Runs the requests.
        engine: Answers them.
        in_use: Holds the model in use.
        parent: The owner.
    """

    explained = Signal(Explanation)
    refused = Signal(object, str)
    model_changed = Signal()

    def __init__(self, jobs: Jobs, engine: Engine, in_use: ModelInUse, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._engine = engine
        self._in_use = in_use
        self._job: Job | None = None
        in_use.changed.connect(self._on_in_use_changed)

    @property
    def can_explain(self) -> bool:
        """Whether a model is in use."""
        return self._in_use.model is not None

    def ask(self, photo: Path, class_name: str | None = None) -> None:
        """Ask for a photo in place of the one asked for before.

        Args:
            photo: The file.
            class_name: The class that is looked for; None for the most probable one.
        """
        self.stop()
        model = self._in_use.model
        if model is None:
            return
        request = ExplainRequest(model.path, photo, class_name)
        self._job = self._jobs.begin_in_background(
            request, functools.partial(self._engine.run, request), self._on_job_succeeded
        )
        self._job.failed.connect(self._on_job_failed)

    def stop(self) -> None:
        """Want no answer any more."""
        if self._job is not None:
            self._job.stop()
            self._job = None

    @Slot()
    def _on_in_use_changed(self) -> None:
        self.stop()
        self.model_changed.emit()

    @Slot(object)
    def _on_job_succeeded(self, explanation: object) -> None:
        if self.sender() is self._job:
            assert isinstance(explanation, Explanation)
            self._job = None
            self.explained.emit(explanation)

    @Slot(object)
    def _on_job_failed(self, error: object) -> None:
        job = self.sender()
        if job is self._job and job is not None:
            assert isinstance(error, TlguiError)
            assert isinstance(job, Job)
            assert isinstance(job.request, ExplainRequest)
            self._job = None
            self.refused.emit(job.request.photo, f"{error.message} {error.hint}".rstrip())
