"""An image without a file, from the clipboard or a browser, kept as a PNG so that it can be named like any photo."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from tlgui import files
from tlgui.errors import StorageError
from tlgui.progress import JobContext
from tlgui.ui.session.worker import Job

_KEPT = 100


@dataclass(frozen=True, slots=True)
class PasteRequest:
    """Write an image to `target`, on a thread: encoding a large one takes a moment."""

    target: Path


def image_of(data: QMimeData) -> QImage | None:
    """Return the image in `data`, or None where there is none that can be read."""
    if not data.hasImage():
        return None
    image: object = data.imageData()
    if isinstance(image, QPixmap):
        image = image.toImage()
    return image if isinstance(image, QImage) and not image.isNull() else None


def keep_image(image: QImage, parent: QObject) -> Job:
    """Write `image` to a new file in the cache folder; the job succeeds with its path. The caller starts the job."""
    folder = files.cache_folder() / "pasted"
    target = folder / f"Pasted {datetime.now():%Y-%m-%d %H-%M-%S-%f}.png"

    def write(_context: JobContext) -> Path:
        folder.mkdir(exist_ok=True)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not QImageWriter(buffer, QByteArray(b"PNG")).write(image):
            raise StorageError("The image could not be turned into a file.", "Save it as a file, then drop the file.")
        with files.atomic_open(target) as stream:
            stream.write(buffer.data().data())
        _forget_old_images(folder)
        return target

    return Job(PasteRequest(target), write, parent)


def _forget_old_images(folder: Path) -> None:
    """Keep the cache small: the names sort by time."""
    for old in sorted(folder.glob("Pasted *.png"))[:-_KEPT]:
        old.unlink(missing_ok=True)
