"""Saves a report on the model in use: asks what it is to be and where, and writes it in the background."""

import functools
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from tlgui import files
from tlgui.files import targets
from tlgui.learning.results import MistakenPhoto, ModelSummary
from tlgui.photos.places import outside
from tlgui.progress import JobContext, Progress, Stage
from tlgui.reporting.model_report import ReportFacts, model_report
from tlgui.reporting.page import browser_page
from tlgui.ui.session.requests import SaveReportRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import EXPORT_FOLDER, Settings
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.model_questions import documents_folder
from tlgui.ui.shell.report_dialog import ReportDialog
from tlgui.ui.shell.report_pdf import report_pdf
from tlgui.ui.text.model_words import model_name, model_title
from tlgui.ui.widgets.file_dialogs import ask_target

_KINDS = {".html": ("HTML page (*.html)", targets.REPORT), ".pdf": ("PDF document (*.pdf)", targets.REPORT_PDF)}


class ReportSaving(QObject):
    """Asks, and begins the job.

    Args:
        window: The parent of the dialogs.
        session: The state of the window.
        settings: Keeps the folder.
        messages: Says what is refused.
    """

    def __init__(self, window: QWidget, session: Session, settings: Settings, messages: MessageBar) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._messages = messages

    def ask(self) -> None:
        """Ask what the report is to be, then where it goes."""
        model = self._session.model
        if model is not None:
            dialog = ReportDialog(self._window, has_mistakes=self._mistakes(model) is not None)
            dialog.chosen.connect(self._ask_where)
            dialog.open()

    def _ask_where(self, suffix: str, with_pictures: bool) -> None:  # noqa: FBT001 - the signal's signature
        model = self._session.model
        if model is None:
            return
        kinds, kind = _KINDS[suffix]
        folder = Path(self._settings.value(EXPORT_FOLDER) or str(documents_folder()))
        start = folder / f"{model_name(model.path)}, report{suffix}"
        save = functools.partial(self._save, model, with_pictures=with_pictures)
        ask_target(self._window, "Save report", str(start), kinds, kind, save, self._messages.show_error)

    def _save(self, model: ModelSummary, target: Path, *, with_pictures: bool) -> None:
        self._settings.set_value(EXPORT_FOLDER, str(target.parent))
        if self._session.is_busy:
            self._messages.show_info("Something is still under way.", "Wait until it has ended, or stop it.")
            return
        collection = self._session.collection if self._session.active_run is not None else None
        counts = {each.name: len(each.photos) for each in collection.classes} if collection is not None else {}
        mistakes = self._mistakes(model) if with_pictures else None
        facts = ReportFacts(model_title(model), model, counts, mistakes=mistakes)
        self._session.begin(SaveReportRequest(target), functools.partial(_write, facts, target))

    def _mistakes(self, model: ModelSummary) -> Sequence[MistakenPhoto] | None:
        """Return the photos of the headline that the model got wrong; None where they are not known."""
        run = self._session.active_run
        judged = self._session.judged_photos.of(run) if run is not None else None
        part = judged.behind(model.evaluation) if judged is not None else None
        if run is None or part is None:
            return None
        paths = part.whereabouts.paths
        return [
            MistakenPhoto(
                paths.get(each.place, outside(each.place, run.collection)),
                each.class_name,
                each.named,
                each.probability,
            )
            for each in part.judgements
            if not each.is_right
        ]


def _write(facts: ReportFacts, target: Path, context: JobContext) -> Path:
    context.report(Progress(Stage.SAVING))
    report = model_report(facts, context.checkpoint)
    if target.suffix.lower() == ".pdf":
        with files.atomic_open(target) as stream:
            stream.write(report_pdf(report))
    else:
        files.write_text(target, browser_page(report))
    return target
