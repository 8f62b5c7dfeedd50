"""What is dropped on the window: a model is opened wherever it falls, a folder where photos are not named."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from tlgui import files
from tlgui.errors import CollectionError, TlguiError
from tlgui.ui.text.model_words import MODEL_SUFFIX


def dropped_paths(data: QMimeData) -> tuple[Path, ...]:
    """Return the local files and folders in `data`."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


class DropRouter(QObject):
    """Watches the window and its pages for drops.

    Args:
        parent: The owner.
    """

    folder_dropped = Signal(object)
    model_dropped = Signal(object)
    problem_raised = Signal(TlguiError)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder_takers: set[QObject] = set()

    def watch(self, widget: QWidget, *, takes_folders: bool) -> None:
        """Route what is dropped on `widget`.

        Args:
            widget: The window or a page.
            takes_folders: Whether a folder dropped there is a collection; else only models are taken, and the widget
                sees the rest itself.
        """
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)
        if takes_folders:
            self._folder_takers.add(widget)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A drag's move and drop events are drop events with other types; enter is one of the moves.
        if not isinstance(event, QDropEvent):
            return False
        paths = dropped_paths(event.mimeData())
        if not self._is_taken(watched, paths):
            return False
        event.acceptProposedAction()
        if not isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.Drop:
            self._take(paths)
        return True

    def _is_taken(self, watched: QObject, paths: tuple[Path, ...]) -> bool:
        return _is_model(paths) or (bool(paths) and watched in self._folder_takers)

    def _take(self, paths: tuple[Path, ...]) -> None:
        if _is_model(paths):
            self.model_dropped.emit(paths[0])
        elif len(paths) == 1 and files.is_folder(paths[0]):
            self.folder_dropped.emit(paths[0])
        elif len(paths) == 1:
            hint = "Drop the folder that holds one subfolder for each class. To name photos, drop them on Predict."
            self.problem_raised.emit(CollectionError(f"“{paths[0].name}” is not a folder.", hint))
        else:
            hint = "Drop the one folder that holds the subfolders."
            self.problem_raised.emit(CollectionError(f"{len(paths)} things were dropped at once.", hint))


def _is_model(paths: tuple[Path, ...]) -> bool:
    return len(paths) == 1 and paths[0].suffix.lower() == MODEL_SUFFIX
