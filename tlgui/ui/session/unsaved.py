"""A finished training whose model could not be written, until the model is written or given up."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from tlgui.engine.run_job import RunJob


class UnsavedTraining(QObject):
    """Holds the last such training.

    Args:
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run_job: RunJob | None = None

    @property
    def run_job(self) -> RunJob | None:
        """The job of the training, which has ended; None if every model was written."""
        return self._run_job

    @property
    def is_only_in_engine(self) -> bool:
        """Whether the trained weights exist in the engine alone, because no epoch could be saved."""
        run_job = self._run_job
        return run_job is not None and (run_job.outcome is None or not run_job.outcome.can_resume)

    def record(self, run_job: RunJob) -> None:
        """Record whether a job that has ended could write its model."""
        if run_job.is_unsaved:
            self._set(run_job)
        elif self._run_job is not None and self._run_job.run.id == run_job.run.id:
            self._set(None)

    def forget(self) -> None:
        """Stop offering to write the model; the run stays as it is."""
        self._set(None)

    def saving_to(self, target: Path | None) -> RunJob:
        """Return the job that writes the model.

        Args:
            target: The file; None for the folder of its run.
        """
        if self._run_job is None:
            raise RuntimeError("there is nothing to save")
        return self._run_job.saving_to(target or self._run_job.run.own_model_path)

    def _set(self, run_job: RunJob | None) -> None:
        self._run_job = run_job
        self.changed.emit()
