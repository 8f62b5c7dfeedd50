"""Compares what a model says of the photos of the board with what the one before said, when it has named them all."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from tlgui.engine.protocol import TrainRequest
from tlgui.learning.results import ModelSummary
from tlgui.ui.board.answer_changes import AnswerChanges, KeptAnswers, answer_changes, kept_answers
from tlgui.ui.board.decision_log import DecisionLog
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job


class AnswerComparison(QObject):
    """The comparison, and the training that it follows.

    Signals:
        compared: `changes` is new.

    Args:
        session: Tells of trainings.
        log: Shows what was decided about the photos.
        parent: The owner.

    Attributes:
        changes: What changed when the photos were named again; None where they were not, or while they are.
    """

    compared = Signal()

    def __init__(self, session: Session, log: DecisionLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._log = log
        self._has_added = False
        self._trained: Path | None = None
        self._before: KeptAnswers | None = None
        self._is_after_training = False
        self.changes: AnswerChanges | None = None
        session.job_started.connect(self._on_session_job_started)

    @Slot()
    def expect_training(self) -> None:
        """Follow the next training: photos were added to the collection for it."""
        self._has_added = True

    def is_trained(self, model: ModelSummary | None) -> bool:
        """Return whether a model comes from the training that followed corrections, and names the photos first now."""
        return model is not None and model.path == self._trained

    def begin(self) -> None:
        """Keep what is said of the photos; called before they are named again."""
        self._before = kept_answers(self._log.photos)
        self._is_after_training = self.is_trained(self._session.model)
        if self._is_after_training:
            self._trained = None
        self.changes = None

    def end(self) -> None:
        """Compare, after what was decided about the photos is known; called when all are named."""
        before, self._before = self._before, None
        if before is not None:
            photos, is_after_training = self._log.photos, self._is_after_training

            def compare() -> None:
                if photos is self._log.photos:
                    self.changes = answer_changes(before, photos, is_after_training=is_after_training)
                    self.compared.emit()

            self._log.when_known(compare)

    def forget(self) -> None:
        """Leave the comparison: the board is emptied."""
        self._before = self.changes = None

    @Slot(Job)
    def _on_session_job_started(self, job: Job) -> None:
        if isinstance(job.request, TrainRequest) and self._has_added:
            self._has_added = False
            self._trained = job.request.model_path
