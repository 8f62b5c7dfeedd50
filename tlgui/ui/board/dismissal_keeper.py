"""Keeps with the collection which photos are not to be suggested for a class again, over a restart too."""

import functools
import logging
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Slot

from tlgui.errors import NewerFileError, StorageError
from tlgui.ui.board.board import Board
from tlgui.ui.board.decision_log import Digests, each_digest
from tlgui.ui.board.dismissed_file import Dismissed, DismissedFile
from tlgui.ui.board.record_folder import record_folder
from tlgui.ui.board.serial_tasks import SerialTasks
from tlgui.ui.session.session import Session

_BYTES = 32
_log = logging.getLogger(__name__)


class DismissedRequest:
    """Read and write which photos are not to be suggested again, in the background."""


class DismissalKeeper(QObject):
    """Keeps what was dismissed on the board of a session.

    Args:
        board: The board.
        session: Its model says where that is kept.
        parent: The owner.
    """

    def __init__(self, board: Board, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._suggestions = board.suggestions
        self._session = session
        self._folder: Path | None = None
        self._tasks = SerialTasks(session, DismissedRequest(), self)
        self._suggestions.dismissed.connect(self._on_suggestions_dismissed)
        session.model_changed.connect(self._on_session_model_changed)
        self._on_session_model_changed()

    @Slot(object, object)
    def _on_suggestions_dismissed(self, class_name: str, digests: Digests) -> None:
        folder = self._folder
        if folder is None:
            return

        def write() -> None:
            try:
                DismissedFile(folder).add(class_name, each_digest(digests))
            except StorageError as error:
                _log.warning("which photos are not to be suggested could not be kept: %s", error)

        self._tasks.do(write)

    @Slot()
    def _on_session_model_changed(self) -> None:
        try:
            folder = record_folder(self._session)
        except OSError as error:
            _log.warning("which photos are not to be suggested cannot be kept: %s", error)
            return
        # Without a model, the board is that of the model before.
        if folder is not None and folder != self._folder:
            self._folder = folder
            self._suggestions.forget_dismissed()
            self._tasks.do(functools.partial(_read, folder), functools.partial(self._take, folder))

    def _take(self, folder: Path, found: Dismissed) -> None:
        if folder == self._folder:
            for class_name, photos in found.items():
                data = np.frombuffer(b"".join(photos), np.uint8).reshape(-1, _BYTES)
                self._suggestions.add_dismissed(class_name, data)


def _read(folder: Path) -> Dismissed:
    try:
        return DismissedFile(folder).read()
    except NewerFileError as error:
        _log.warning("%s", error)
        return {}
