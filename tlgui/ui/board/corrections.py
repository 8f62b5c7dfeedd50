"""Corrections: the photos that a person names otherwise than the model, or that it held back; for the collection.

They are added to the open collection as copies, which the Photos page can undo. Those that it has are not offered
again: what was added counts as right there, by its content.
"""

from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from tlgui import files
from tlgui.photos.mending.adding_decided import PhotoToAdd
from tlgui.photos.mending.mender import Mended
from tlgui.photos.scanning.scan import Survey
from tlgui.photos.storage.choices import Choices
from tlgui.progress import JobContext
from tlgui.ui.board.columns import UNDECIDED, Rows
from tlgui.ui.board.decision_log import DecisionLog, Digests
from tlgui.ui.board.digest_places import places_in
from tlgui.ui.session.requests import FolderRequest
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

_NO_COLLECTION = "Open the folder that the photos belong to first. Then they can be added to it."
_NO_FOLDERS = "The classes of this collection are labels, and no folders that photos could be added to."
_BUSY = "Something is still under way. Wait until it has ended, or stop it."
_NONE = "No photo is named otherwise than by the model, or all of them are in the collection already."
_BYTES = 32


class ConfirmedRequest(FolderRequest):
    """Read which photos of a collection a person called right, in the background."""


class Corrections(QObject):
    """The corrections on a board.

    Signals:
        changed: Which of them the collection has changed.
        added: Photos were added to the collection; how many.

    Args:
        session: Has the collection, and runs the jobs.
        log: Shows what was decided.
        parent: The owner.
    """

    changed = Signal()
    added = Signal(int)

    def __init__(self, session: Session, log: DecisionLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._log = log
        self._survey: Survey | None = None
        self._has: Digests = np.zeros((0, _BYTES), np.uint8)
        session.review.changed.connect(self._look_up)
        self._look_up()

    def rows(self) -> Rows:
        """Return the photos that a person named and the model named otherwise, or held back."""
        photos = self._log.photos
        return np.flatnonzero((photos.decided != UNDECIDED) & (photos.decided != photos.answers))

    def to_add(self) -> Rows:
        """Return those of `rows` that were not added to the open collection."""
        rows, photos = self.rows(), self._log.photos
        return rows[places_in(photos.digests(rows), self._has) < 0]

    def problem(self) -> str:
        """Return why none can be added now, as a sentence; empty where some can."""
        collection = self._session.collection
        if collection is None:
            return _NO_COLLECTION
        if collection.layout.is_labelled:
            return _NO_FOLDERS
        if self._session.is_busy:
            return _BUSY
        return "" if len(self.to_add()) else _NONE

    def add(self) -> Job | None:
        """Add those of `to_add` to the open collection; returns the job, or None where `problem` says why not."""
        if self.problem():
            return None
        photos = self._log.photos
        names, paths, decided = photos.names, photos.paths, photos.decided
        chosen = tuple(
            PhotoToAdd(Path(paths[row]), names[decided[row]], photos.digest(row)) for row in self.to_add().tolist()
        )
        job = self._session.review.add_decided(chosen)
        job.succeeded.connect(self._on_added)
        return job

    @Slot()
    def _look_up(self) -> None:
        """Read which photos the collection has that a person called right."""
        survey = self._session.review.survey
        if survey is None or survey is self._survey:
            return
        self._survey = survey
        folder = survey.collection.folder

        def read(_context: JobContext) -> tuple[Survey, Digests]:
            digests = Choices(files.workspace_path(folder), folder).confirmed()
            data = b"".join(map(bytes.fromhex, digests))
            return survey, np.frombuffer(data, np.uint8).reshape(-1, _BYTES)

        self._session.begin_in_background(ConfirmedRequest(folder), read, self._on_looked_up)

    @Slot(object)
    def _on_looked_up(self, found: object) -> None:
        assert isinstance(found, tuple)
        survey, digests = found
        if survey is self._survey:
            self._has = digests
            self.changed.emit()

    @Slot(object)
    def _on_added(self, mended: object) -> None:
        if isinstance(mended, Mended) and mended.done:
            self.added.emit(mended.done)
