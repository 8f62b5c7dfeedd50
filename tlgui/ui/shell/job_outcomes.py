"""What the window says of each job when it has ended, and the recent lists that a job changes."""

import logging

from PySide6.QtCore import QObject, Slot

from tlgui import files
from tlgui.engine.protocol import BugError, ExportRequest, OpenModelRequest, SaveTrainedRequest, TrainRequest
from tlgui.errors import TlguiError, UnsavedModelError, WeightsError
from tlgui.learning.results import ExportResult, ModelSummary, PhotosUnreadable
from tlgui.photos.health.findings import RemoveFolders
from tlgui.photos.mending.mender import Mended
from tlgui.photos.names import one_line, shown_name
from tlgui.progress import Event, Notice
from tlgui.text.numbers import count
from tlgui.ui.session.requests import (
    AddDecidedRequest,
    SamplePhotosRequest,
    SaveModelRequest,
    SavePredictionsRequest,
    SaveReportRequest,
    ScanRequest,
    UndoRequest,
)
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import RECENT_FOLDERS, RECENT_MODELS, Settings
from tlgui.ui.session.worker import Job
from tlgui.ui.shell.commands import Commands
from tlgui.ui.shell.message_bar import MessageBar, MessageKind
from tlgui.ui.shell.outcome_texts import (
    TRAIN_AGAIN,
    classes_line,
    export_line,
    listed_problems,
    mended_line,
    remove_button,
)
from tlgui.ui.shell.step_states import step_of
from tlgui.ui.text.model_words import model_title

_log = logging.getLogger(__name__)


class JobOutcomes(QObject):
    """Follows the jobs of the session.

    Args:
        session: The state of the window.
        settings: Holds the recent lists.
        messages: Says how a job ended.
        commands: Do what a message offers.
        parent: The owner.
    """

    def __init__(
        self, session: Session, settings: Settings, messages: MessageBar, commands: Commands, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._messages = messages
        self._commands = commands
        session.review.photos_unreadable.connect(self._on_photos_unreadable)

    def follow(self, job: Job) -> None:
        """Say how `job` ends."""
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        job.reported.connect(self._on_job_reported)

    @Slot(PhotosUnreadable)
    def _on_photos_unreadable(self, event: PhotosUnreadable) -> None:
        photos = event.photos
        self._messages.show_info(
            f"{count('photo', len(photos))} could not be read. The training goes on without "
            f"{'it' if len(photos) == 1 else 'them'}.",
            listed_problems([(photo.path, photo.reason) for photo in photos]),
        )

    @Slot(object)
    def _on_job_succeeded(self, result: object) -> None:
        request = self._senders_request()
        if isinstance(request, OpenModelRequest) and isinstance(result, ModelSummary):
            self._settings.add_recent(RECENT_MODELS, result.path)
            self._messages.show_success(f"“{model_title(result)}” is open.", classes_line(result))
            self._commands.show_predict()
        elif isinstance(request, TrainRequest):
            self._settings.add_recent(RECENT_MODELS, request.model_path)
        elif isinstance(request, SaveModelRequest | SaveTrainedRequest):
            self._settings.add_recent(RECENT_MODELS, request.target)
            self._messages.show_success(
                f"The model is saved as “{shown_name(request.target)}”.",
                one_line(str(request.target.parent)),
                request.target,
            )
        elif isinstance(request, SaveReportRequest | SavePredictionsRequest):
            target = request.target
            self._messages.show_success(f"Saved “{shown_name(target)}”.", one_line(str(target.parent)), target)
        elif isinstance(result, Mended):
            if isinstance(request, AddDecidedRequest) and result.done:
                self._show_added(result)
            else:
                self._show_mended(result, is_undone=isinstance(request, UndoRequest))
        elif isinstance(result, ExportResult):
            self._messages.show_success(f"Exported to “{shown_name(result.path)}”.", export_line(result), result.path)

    def _show_mended(self, mended: Mended, *, is_undone: bool) -> None:
        hint = _problems(mended)
        if is_undone or not mended.done:
            say = self._messages.show_info if mended.problems else self._messages.show_success
            say(mended.words, hint)
        else:
            offer = (remove_button(mended), lambda: self._remove(mended)) if mended.emptied else None
            self._messages.show_undoable(
                mended_line(mended), hint, self._commands.undo_mending, offer, stays=bool(hint)
            )

    def _show_added(self, mended: Mended) -> None:
        """Say which corrected photos were added, and offer what they were added for, or say what that needs first."""
        can_train, advice = self._commands.can_train_again(), self._session.advice()
        lines = [TRAIN_AGAIN] if can_train else list(advice)
        hint = "\n".join([*lines, *filter(None, [_problems(mended)])])
        offer = ("Train again", self._commands.train_again) if can_train else None
        kind = MessageKind.INFO if advice else MessageKind.SUCCESS
        self._messages.show_undoable(mended.words, hint, self._commands.undo_added, offer, stays=bool(hint), kind=kind)

    def _remove(self, mended: Mended) -> None:
        self._commands.mend(RemoveFolders(mended.emptied))

    @Slot(object)
    def _on_job_reported(self, event: Event) -> None:
        if isinstance(event, Notice):
            self._messages.show_info(event.message, event.hint)

    @Slot(object)
    def _on_job_failed(self, error: TlguiError) -> None:
        request = self._senders_request()
        if isinstance(request, ScanRequest | SamplePhotosRequest) and not files.is_folder(request.folder):
            self._settings.remove_recent(RECENT_FOLDERS, request.folder)
        if isinstance(request, OpenModelRequest | ExportRequest) and not files.is_file(request.model_path):
            self._settings.remove_recent(RECENT_MODELS, request.model_path)
        if isinstance(error, BugError):
            _log.error("a job failed: %s\n%s", error.message, error.details)
        # The bar about unsaved models shows the first, the Train page the second.
        is_shown = isinstance(error, UnsavedModelError) or (
            isinstance(error, WeightsError) and isinstance(request, TrainRequest)
        )
        if not is_shown:
            self._messages.show_error(error, page=step_of(request))

    def _senders_request(self) -> object:
        """Return the request of the job whose signal is handled."""
        job = self.sender()
        assert isinstance(job, Job)
        return job.request


def _problems(mended: Mended) -> str:
    return listed_problems([(problem.path, problem.reason) for problem in mended.problems])
