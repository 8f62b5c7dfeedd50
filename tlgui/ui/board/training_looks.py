"""What the photos of the open collection look like to the model in use, so that the most similar ones can be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from tlgui.learning.looks import Looks, nearest
from tlgui.photos.collection import Collection, Photo
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job

MOST_PHOTOS = 5000
"""Of a larger collection, so many photos are compared, of all its classes."""

_AT_ONCE = 64
_SEED = 5
_UNKNOWN: Looks = np.zeros((0, 0), np.float16)


@dataclass(frozen=True, slots=True)
class SimilarPhoto:
    """A photo of the collection.

    Args:
        path: The file.
        class_name: Its class.
        likeness: The cosine of both looks, -1..1.
    """

    path: Path
    class_name: str
    likeness: float


class TrainingLooks(QObject):
    """Gathers the looks in the background, in portions, while nothing else is under way.

    Signals:
        changed: More is known, or it is about another model or collection.

    Args:
        session: The state of the window.
        parent: The owner.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_wanted = False
        # The model's file, and the collection that it belongs to.
        self._source: tuple[Path, Collection] | None = None
        self._photos: tuple[Photo, ...] = ()
        self._looks = _UNKNOWN
        self._known = 0
        self._job: Job | None = None
        session.model_changed.connect(self._on_source_changed)
        session.collection_changed.connect(self._on_source_changed)
        session.runs_changed.connect(self._on_source_changed)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._go_on)

    @property
    def is_known(self) -> bool:
        """Whether the model in use belongs to the open collection, so that its photos can be compared."""
        return self._session.active_run is not None

    @property
    def known_count(self) -> int:
        """How many photos were looked at."""
        return self._known

    @property
    def total(self) -> int:
        """How many photos are compared in the end."""
        return len(self._photos)

    def gather(self) -> None:
        """Begin to gather the looks, now and for each model that is used later."""
        if not self._is_wanted:
            self._is_wanted = True
            self._on_source_changed()

    def most_similar(self, look: NDArray[Any], count: int, left_out: Path | None = None) -> Sequence[SimilarPhoto]:
        """Return the photos that look most like one, most similar first, among those that were looked at.

        Args:
            look: The look of the photo to this model, shape (length,).
            count: The most photos to return.
            left_out: A path that is not to be returned, such as that of the photo itself.
        """
        if self._looks.shape[1] != len(look):
            return ()
        rows, cosines = nearest(self._looks, look, count + 1)
        found = [
            SimilarPhoto(self._photos[row].path, self._photos[row].class_name, float(cosine))
            for row, cosine in zip(rows.tolist(), cosines, strict=True)
        ]
        return [photo for photo in found if photo.path != left_out][:count]

    def _start_portion(self, model_path: Path) -> None:
        portion = self._photos[self._known : self._known + _AT_ONCE]
        self._job = self._session.explanations.begin_looks(model_path, tuple(photo.path for photo in portion))
        self._job.succeeded.connect(self._on_job_succeeded)
        self._job.failed.connect(self._on_job_failed)
        self._job.ended.connect(self._on_job_ended)

    def _take(self, looks: Sequence[bytes]) -> None:
        for row, packed in enumerate(looks, start=self._known):
            look = np.frombuffer(packed, np.float16)
            if look.size and not self._looks.size:
                self._looks = np.zeros((len(self._photos), look.size), np.float16)
            if look.size:
                self._looks[row] = look
        self._known += len(looks)

    def _begin_again(self, photos: tuple[Photo, ...]) -> None:
        """Forget what is known, and compare other photos."""
        # In no order, so that photos of all classes are known soon.
        order = np.random.default_rng(_SEED).permutation(len(photos))
        self._photos = tuple(photos[place] for place in order)
        self._known, self._looks = 0, _UNKNOWN
        if self._job is not None:
            self._job.stop()
            self._job = None
        self.changed.emit()

    @Slot()
    def _on_source_changed(self) -> None:
        if not self._is_wanted:
            return
        session, before = self._session, self._source
        model, collection = session.model, session.collection
        is_known = session.active_run is not None and model is not None and collection is not None
        self._source = (model.path, collection) if is_known and model is not None and collection is not None else None
        # Both are compared by identity: a collection of 100,000 photos takes time to compare.
        if self._source is None or before is None or before[0] != self._source[0] or before[1] is not self._source[1]:
            self._begin_again(self._source[1].spread(MOST_PHOTOS) if self._source is not None else ())
        self._go_on()

    @Slot()
    def _go_on(self) -> None:
        is_free = self._job is None and not self._session.is_busy
        if self._source is not None and is_free and self._known < len(self._photos):
            self._start_portion(self._source[0])

    @Slot(Job)
    def _on_session_job_started(self, _job: Job) -> None:
        if self._job is not None:
            self._job.stop()

    @Slot(object)
    def _on_job_succeeded(self, looks: object) -> None:
        # The answer about another model may still arrive.
        if self.sender() is self._job:
            assert isinstance(looks, tuple)
            self._take(looks)
            self.changed.emit()

    @Slot(object)
    def _on_job_failed(self, _error: object) -> None:
        # What the model cannot say, or from a file that is gone, is not asked for again.
        if self.sender() is self._job:
            self._known = len(self._photos)
            self.changed.emit()

    @Slot()
    def _on_job_ended(self) -> None:
        if self.sender() is self._job:
            self._job = None
            self._go_on()
