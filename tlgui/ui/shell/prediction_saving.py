"""Saves what is said of the photos of the board as a table: asks for the format and the place, and begins a job."""

import functools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from tlgui.learning.answers.photo_answer import PhotoAnswer, identity_of
from tlgui.learning.answers.photo_facts import with_facts
from tlgui.progress import JobContext, Progress, Stage
from tlgui.text.tables.exported import TableAbout, common_base
from tlgui.ui.board.board import Board
from tlgui.ui.board.contents import BoardContents
from tlgui.ui.predict.sort_dialog import SortScope
from tlgui.ui.predict.table_dialog import TableChoice, TableDialog
from tlgui.ui.session.requests import SavePredictionsRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.settings import EXPORT_FOLDER, Settings
from tlgui.ui.shell.message_bar import MessageBar
from tlgui.ui.shell.model_questions import documents_folder
from tlgui.ui.shell.sort_commands import ShownPhotos, photo_scopes

# The most probable classes of each photo that are written, as by the command.
_TOP = 3
_TOGETHER = 256


class PredictionSaving(QObject):
    """Asks, and begins the job.

    Args:
        window: The parent of the dialogs.
        session: The state of the window.
        settings: Keeps the folder.
        board: Has the photos.
        page: What the Predict page shows.
        messages: Says what is refused.
    """

    def __init__(
        self,
        window: QWidget,
        session: Session,
        settings: Settings,
        board: Board,
        page: ShownPhotos,
        messages: MessageBar,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self._board = board
        self._page = page
        self._messages = messages
        self._scopes: list[SortScope] = []

    def ask(self) -> None:
        """Ask what is to be written, and where."""
        if self._board.model is None or not len(self._board.photos):
            return
        self._scopes = photo_scopes(self._board, self._page)
        folder = Path(self._settings.value(EXPORT_FOLDER) or str(documents_folder()))
        dialog = TableDialog([scope.words for scope in self._scopes], folder, self._window)
        dialog.save_requested.connect(self._save)
        dialog.open()

    @Slot(object)
    def _save(self, choice: TableChoice) -> None:
        self._settings.set_value(EXPORT_FOLDER, str(choice.target.parent))
        if self._session.job is not None:
            self._messages.show_info("Something is still under way.", "Wait until it has ended, or stop it.")
            return
        contents = self._scopes[choice.scope].contents()
        self._session.begin(SavePredictionsRequest(choice.target), functools.partial(_write, choice, contents))


def _write(choice: TableChoice, contents: BoardContents, context: JobContext) -> Path:
    from tlgui.text.tables.writing import write_table  # noqa: PLC0415 - what writes workbooks takes its time

    model = contents.model
    paths = contents.photos.paths
    folders = {Path(paths[row]).parent for row in contents.rows.tolist()}
    about = TableAbout(
        identity_of(model),
        datetime.now().astimezone().isoformat(timespec="seconds"),
        min(_TOP, len(model.class_names)),
        common_base(sorted(folders)),
        choice.place,
    )
    answers = contents.answers()
    counted = _counted(with_facts(answers) if choice.chosen.needs_facts else answers, len(contents), context)
    write_table(choice.target, choice.chosen, about, counted)
    return choice.target


def _counted(answers: Iterator[PhotoAnswer], total: int, context: JobContext) -> Iterator[PhotoAnswer]:
    """Yield answers, and report how far they are."""
    for done, answer in enumerate(answers):
        if done % _TOGETHER == 0:
            context.checkpoint()
            context.report(Progress(Stage.SAVING, done, total))
        yield answer
