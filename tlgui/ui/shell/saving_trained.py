"""Saves the model of a training that succeeded but could not be written, from the buttons of the bar about it."""

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
    """Connects the bar to the session.

    Args:
        window: The parent of the dialog.
        session: The state of the window.
        settings: Values kept from one start to the next.
        bar: Shows what is not saved.
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
        """Ask for a path, and write the model there."""
        run_job = self._session.unsaved.run_job
        if run_job is not None:
            name = files.plain_name(f"{run_job.run.collection.name} {run_job.run.name}", "model")
            ask_model_target(self._window, self._settings, name, self._save, self.problem_raised.emit)

    @Slot()
    def try_again(self) -> None:
        """Try again to write the model to its original path."""
        self._save(None)

    def _save(self, target: Path | None) -> None:
        # Another job may have started while the dialog was open; then the bar is still shown.
        if self._session.unsaved.run_job is not None and not self._session.is_busy:
            self._session.save_trained(target)

    @Slot()
    def _refresh(self) -> None:
        run_job = self._session.unsaved.run_job
        run = (run_job.outcome or run_job.run) if run_job is not None else None
        self._bar.show_run(run.name if run is not None else "", run.problem if run is not None else "")

    @Slot()
    def _refresh_buttons(self) -> None:
        self._bar.set_usable(is_usable=not self._session.is_busy)
