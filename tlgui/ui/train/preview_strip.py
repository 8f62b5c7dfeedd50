"""Eight of the user's own photos as the augmentation would change them, made anew while the values change."""

from itertools import chain, islice, zip_longest
from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from tlgui.errors import TlguiError
from tlgui.learning.recipes.recipe import Augmentation
from tlgui.learning.results import PreviewImage
from tlgui.photos.collection import Collection
from tlgui.ui.session.session import Session
from tlgui.ui.session.worker import Job
from tlgui.ui.widgets.colours import mixed
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken

DEBOUNCE_MS = 150
PREVIEWS = 8
_COLUMNS = 4
_SIDE_IN_LINES = 5.5
_PREPARING = "Preparing the previews…"
_READY = "Eight of your photos, changed as a copy of them would be."
_BUSY = "The previews follow when tlgui is free again."


def preview_paths(collection: Collection, count: int = PREVIEWS) -> tuple[Path, ...]:
    """Return photos of as many classes as possible, always the same ones of the same collection."""
    each_class = [islice(photo_class.photos, count) for photo_class in collection.classes]
    photos = chain.from_iterable(zip_longest(*each_class))
    return tuple(photo.path for photo in islice((photo for photo in photos if photo is not None), count))


class PreviewStrip(QWidget):
    """Shows the previews of the session's recipe on the session's collection.

    It asks the engine only while it is seen and no job is under way, one request at a time; the last wish wins.

    Args:
        session: Holds the recipe and the collection.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: Job | None = None
        self._asked: tuple[tuple[Path, ...], Augmentation] | None = None
        self._side = round(self.fontMetrics().height() * _SIDE_IN_LINES)
        self.pictures = [_Picture(self._side, f"Preview {place}") for place in range(1, PREVIEWS + 1)]
        self.note = QuietLabel(_PREPARING)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for place, picture in enumerate(self.pictures):
            grid.addWidget(picture, *divmod(place, _COLUMNS))
        grid.addWidget(self.note, PREVIEWS // _COLUMNS, 0, 1, _COLUMNS + 1)
        grid.setColumnStretch(_COLUMNS, 1)
        self._debounce = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._debounce.timeout.connect(self._ask)
        session.recipe_changed.connect(self._ask_soon)
        session.collection_changed.connect(self._ask_soon)
        session.job_started.connect(self._on_session_job_started)
        session.job_ended.connect(self._ask_soon)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_soon()

    @Slot()
    def _ask_soon(self) -> None:
        if self.isVisible() and self._wish() != self._asked:
            self._debounce.start()

    def _wish(self) -> tuple[tuple[Path, ...], Augmentation] | None:
        collection = self._session.collection
        return (preview_paths(collection), self._session.recipe.augmentation) if collection is not None else None

    @Slot()
    def _ask(self) -> None:
        wish = self._wish()
        if not self.isVisible() or wish is None or wish == self._asked or self._job is not None:
            return
        if self._session.is_busy:
            self.note.setText(_BUSY)
            return
        self._asked = wish
        self._job = self._session.preview(*wish, round(self._side * self.devicePixelRatioF()))
        self._job.succeeded.connect(self._on_job_succeeded)
        self._job.failed.connect(self._on_job_failed)
        self._job.cancelled.connect(self._on_job_cancelled)
        self._job.ended.connect(self._on_job_ended)

    @Slot(Job)
    def _on_session_job_started(self, _job: Job) -> None:
        # The engine does one thing at a time, and what the user started comes first.
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
        self._asked = None
        self.note.setText(_BUSY)

    @Slot()
    def _on_job_ended(self) -> None:
        self._job = None
        self._ask_soon()


class _Picture(QWidget):
    """One preview, sharp on any screen."""

    def __init__(self, side: int, name: str) -> None:
        super().__init__()
        self._pixmap = QPixmap()
        self.setFixedSize(side, side)
        set_spoken(self, name)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show yet."""
        return self._pixmap.isNull()

    def set_image(self, image: QImage | None) -> None:
        """Show `image`, or an empty place."""
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
