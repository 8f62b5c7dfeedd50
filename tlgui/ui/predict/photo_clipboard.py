"""Copies photos for other programs: as files, and a single one as a picture too."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Slot
from PySide6.QtGui import QGuiApplication, QImage

from tlgui.ui.viewer.photo_loader import PhotoLoader

# The file managers of some Linux desktops do not paste a list of addresses alone.
_FILES_ON_GNOME = "x-special/gnome-copied-files"
_LONGEST_SIDE = 4096


def files_of(paths: Sequence[Path]) -> QMimeData:
    """Return files as they are copied or dragged to other programs."""
    data = QMimeData()
    urls = [QUrl.fromLocalFile(str(path)) for path in paths]
    data.setUrls(urls)
    lines = ["copy", *(bytes(url.toEncoded().data()).decode() for url in urls)]
    data.setData(_FILES_ON_GNOME, "\n".join(lines).encode())
    return data


class PhotoClipboard(QObject):
    """Copies photos to the clipboard.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._copied: tuple[Path, ...] = ()
        self._loader = PhotoLoader(self)
        self._loader.loaded.connect(self._on_loader_loaded)

    def copy(self, paths: Sequence[Path]) -> None:
        """Copy files; the picture of a single one follows once it is decoded."""
        self._copied = tuple(paths)
        QGuiApplication.clipboard().setMimeData(files_of(paths))
        if len(paths) == 1:
            self._loader.load(paths[0], _LONGEST_SIDE)

    def copy_paths(self, paths: Sequence[Path]) -> None:
        """Copy the paths as text, one a line."""
        self._copied = ()
        QGuiApplication.clipboard().setText("\n".join(map(str, paths)))

    @Slot(QImage, str)
    def _on_loader_loaded(self, image: QImage, _problem: str) -> None:
        clipboard = QGuiApplication.clipboard()
        data = clipboard.mimeData()
        is_ours = data is not None and [url.toLocalFile() for url in data.urls()] == [
            str(path) for path in self._copied
        ]
        if is_ours and len(self._copied) == 1 and not image.isNull():
            whole = files_of(self._copied)
            whole.setImageData(image)
            clipboard.setMimeData(whole)
