"""Images without a file, from the clipboard or a browser, written as PNG files to be predicted like photos."""

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
    """Write an image to `target`, on a thread, because encoding a large one takes time."""

    target: Path


def image_of(data: QMimeData) -> QImage | None:
    """Return the image in `data`, or None where it holds none that can be decoded."""
    if not data.hasImage():
        return None
    image: object = data.imageData()
    if isinstance(image, QPixmap):
        image = image.toImage()
    return image if isinstance(image, QImage) and not image.isNull() else None


def write_image(image: QImage, parent: QObject) -> Job:
    """Return a job, to be started by the caller, that writes `image` to a new cache file and returns its path."""
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
        _delete_old_images(folder)
        return target

    return Job(PasteRequest(target), write, parent)


def _delete_old_images(folder: Path) -> None:
    """Delete all but the newest images; their names sort by time."""
    for old in sorted(folder.glob("Pasted *.png"))[:-_KEPT]:
        old.unlink(missing_ok=True)
