"""Saves the model of a training that ended well and could not be written: what the bar about it can be asked for."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import Settings
from tlgui.ui.shell.model_questions import ask_model_target
from tlgui.ui.shell.unsaved_bar import UnsavedBar


class SavingTrained(QObject):
    """Keeps the bar in step with the session.

    Args:
        window: The owner of the question where to save.
        session: What is open.
        settings: What is remembered.
        bar: Says what is not saved.
    """

    problem_raised = Signal(TlguiError)

    def __init__(self, window: QWidget, session: Session, settings: Settings, bar: UnsavedBar) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._bar = bar
        bar.elsewhere_pressed.connect(self.save_elsewhere)
        bar.again_pressed.connect(self.try_again)
        bar.dismissed.connect(session.unsaved.forget)
        session.unsaved.changed.connect(self._refresh)
        for signal in (session.job_started, session.job_ended):
            signal.connect(self._refresh_buttons)

    @Slot()
    def save_elsewhere(self) -> None:
        """Ask where to, and write the model there."""
        run_job = self._session.unsaved.run_job
        if run_job is not None:
            name = files.plain_name(f"{run_job.run.collection.name} {run_job.run.name}", "model")
            ask_model_target(self._window, self._settings, name, self._save, self.problem_raised.emit)

    @Slot()
    def try_again(self) -> None:
        """Try once more to write the model where it was to be."""
        self._save(None)

    def _save(self, target: Path | None) -> None:
        # Something else may have begun while the question was open; then the bar is still there.
        if self._session.unsaved.run_job is not None and not self._session.is_busy:
            self._session.save_trained(target)

    @Slot()
    def _refresh(self) -> None:
        run_job = self._session.unsaved.run_job
        run = (run_job.outcome or run_job.run) if run_job is not None else None
        self._bar.say(run.name if run is not None else "", run.problem if run is not None else "")

    @Slot()
    def _refresh_buttons(self) -> None:
        self._bar.set_usable(is_usable=not self._session.is_busy)
