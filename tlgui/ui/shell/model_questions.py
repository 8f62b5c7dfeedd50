"""The dialog for saving a model, and the folders of the user in which dialogs start."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.files.targets import MODEL
from tlgui.ui.session.settings import MODEL_FOLDER, Settings
from tlgui.ui.text.model_words import MODEL_SUFFIX
from tlgui.ui.widgets.file_dialogs import ask_target

MODELS = f"Models of tlgui (*{MODEL_SUFFIX})"


def ask_model_target(
    parent: QWidget,
    settings: Settings,
    name: str,
    on_chosen: Callable[[Path], object],
    on_refused: Callable[[TlguiError], object],
) -> QFileDialog:
    """Ask where to save a model; the next dialog starts in the folder that was chosen.

    Args:
        parent: The window.
        settings: Keeps the folder.
        name: The proposed name of the file, without its suffix.
        on_chosen: Called with the path that was chosen.
        on_refused: Called instead where no model can, or may, be written there.

    Returns:
        The open dialog.
    """

    def remember(target: Path) -> None:
        settings.set_value(MODEL_FOLDER, str(target.parent))
        on_chosen(target)

    folder = Path(settings.value(MODEL_FOLDER) or str(documents_folder()))
    return ask_target(parent, "Save model", str(folder / (name + MODEL_SUFFIX)), MODELS, MODEL, remember, on_refused)


def documents_folder() -> Path:
    """Return the user's folder for documents."""
    return _standard_folder(QStandardPaths.StandardLocation.DocumentsLocation)


def pictures_folder() -> Path:
    """Return the user's folder for pictures."""
    return _standard_folder(QStandardPaths.StandardLocation.PicturesLocation)


def _standard_folder(kind: QStandardPaths.StandardLocation) -> Path:
    """Return one of the user's folders, or the home folder on a system without it."""
    folder = Path(QStandardPaths.writableLocation(kind))
    return folder if files.is_folder(folder) else files.home_folder()
