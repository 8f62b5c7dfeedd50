"""What the window takes wherever no page takes it: a model file is opened, and so is a folder of photos."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Signal
from PySide6.QtWidgets import QWidget

from tlgui import files
from tlgui.errors import CollectionError, TlguiError
from tlgui.ui.widgets.drops import DropRule, DropTarget, dropped_paths, is_model_file


class WindowDrops(DropTarget):
    """The drop target of the window.

    Signals:
        folder_dropped: A folder to open, a `Path`.
        model_dropped: A model file to open, a `Path`.
        problem_raised: What was dropped is neither.

    Args:
        window: The window.
    """

    folder_dropped = Signal(object)
    model_dropped = Signal(object)
    problem_raised = Signal(TlguiError)

    def __init__(self, window: QWidget) -> None:
        rules = (
            DropRule(is_model_file, self._open_model),
            DropRule(lambda data: bool(dropped_paths(data)), self._open_folder),
        )
        super().__init__(window, rules)

    def _open_model(self, data: QMimeData, _position: QPoint) -> None:
        self.model_dropped.emit(dropped_paths(data)[0])

    def _open_folder(self, data: QMimeData, _position: QPoint) -> None:
        paths = dropped_paths(data)
        if len(paths) == 1 and files.is_folder(paths[0]):
            self.folder_dropped.emit(paths[0])
        else:
            self.problem_raised.emit(_refusal(paths))


def _refusal(paths: tuple[Path, ...]) -> CollectionError:
    if len(paths) == 1:
        hint = (
            "Drop the folder that holds one subfolder for each class. To add photos to a class, drop them on its row "
            "on the Photos page; to name them, on the Predict page."
        )
        return CollectionError(f"“{paths[0].name}” is not a folder.", hint)
    hint = "Drop the one folder that holds the subfolders; photos on the row of their class, or on Predict."
    return CollectionError(f"{len(paths)} things were dropped at once.", hint)
