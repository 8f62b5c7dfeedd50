"""The preview of the augmentation: eight photos of the collection, updated while its settings change."""

from itertools import chain, islice, zip_longest
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.recipes.recipe import Augmentation
from tlgui.learning.results import PreviewImage
from tlgui.photos.collection import Collection
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_spoken
from tlgui.ui.widgets.tokens import mixed

DEBOUNCE_MS = 150
PREVIEWS = 8
_SIDE_IN_LINES = 5.5
_PREPARING = "Preparing the previews…"
_READY = "Eight of your photos, as a variation of them would look."
_BUSY = "The previews follow when tlgui is free again."


def preview_paths(collection: Collection, count: int = PREVIEWS) -> tuple[Path, ...]:
    """Return up to `count` photos from as many classes as possible; the same ones for the same collection."""
    each_class = [islice(photo_class.photos, count) for photo_class in collection.classes]
    photos = chain.from_iterable(zip_longest(*each_class))
    return tuple(photo.path for photo in islice((photo for photo in photos if photo is not None), count))


class PreviewStrip(QWidget):
    """Shows the previews of the session's recipe on the session's collection.

    Previews are requested only while the strip is visible and no job is under way, one request at a time and for the
    latest settings.

    Args:
        session: Holds the recipe and the collection.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._requested: tuple[tuple[Path, ...], Augmentation] | None = None
        self._side = round(self.fontMetrics().height() * _SIDE_IN_LINES)
        self.pictures = [_Picture(self._side, f"Preview {place}") for place in range(1, PREVIEWS + 1)]
        self.note = QuietLabel(_PREPARING)
        pictures = FlowLayout()
        for picture in self.pictures:
            pictures.addWidget(picture)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(pictures)
        column.addWidget(self.note)
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._request)
        session.recipe_changed.connect(self._request_soon)
        session.collection_changed.connect(self._request_soon)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._request_soon)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._request_soon()

    @Slot()
    def _request_soon(self) -> None:
        if self.isVisible() and self._wanted() != self._requested:
            self._debounce.start()

    def _wanted(self) -> tuple[tuple[Path, ...], Augmentation] | None:
        collection = self._session.collection
        return (preview_paths(collection), self._session.recipe.augmentation) if collection is not None else None

    @Slot()
    def _request(self) -> None:
        wanted = self._wanted()
        if not self.isVisible() or wanted is None or wanted == self._requested or self._job is not None:
            return
        if self._session.is_busy:
            self.note.setText(_BUSY)
            return
        self._requested = wanted
        self._job = self._session.preview(*wanted, round(self._side * self.devicePixelRatioF()))
        self._job.succeeded.connect(self._on_job_succeeded)
        self._job.failed.connect(self._on_job_failed)
        self._job.cancelled.connect(self._on_job_cancelled)
        self._job.ended.connect(self._on_job_ended)

    @Slot(Job)
    def _on_session_job_started(self, _job: Job) -> None:
        # The engine runs one request at a time, and the user's job goes first.
        self._debounce.stop()
        if self._job is not None:
            self._job.stop()

    @Slot(object)
    def _on_job_succeeded(self, images: tuple[PreviewImage, ...]) -> None:
        self.note.setText(_READY)
        shown = [_image(image) for image in images]
        for picture, image in zip_longest(self.pictures, shown):
            picture.set_image(image)

    @Slot(object)
    def _on_job_failed(self, error: TlguiError) -> None:
        self.note.setText(f"{error.message} {error.hint}".strip())

    @Slot()
    def _on_job_cancelled(self) -> None:
        self._requested = None
        self.note.setText(_BUSY)

    @Slot()
    def _on_job_ended(self) -> None:
        self._job = None
        self._request_soon()


class _Picture(QWidget):
    """One preview image, drawn at the resolution of the screen."""

    def __init__(self, side: int, name: str) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self.setFixedSize(side, side)
        set_spoken(self, name)

    @property
    def is_empty(self) -> bool:
        """Whether no image is set."""
        return self._pixmap.isNull()

    def set_image(self, image: QImage | None) -> None:
        """Show `image`; None shows an empty place."""
        self._pixmap = QPixmap() if image is None else QPixmap.fromImage(image)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixmap.isNull():
            painter.fillRect(self.rect(), mixed(self.palette().window().color(), self.palette().text().color(), 0.1))
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(self.rect(), self._pixmap)
        painter.end()


def _image(preview: PreviewImage) -> QImage:
    row_bytes = 3 * preview.width
    return QImage(preview.rgb, preview.width, preview.height, row_bytes, QImage.Format.Format_RGB888).copy()
