"""File dialogs of the platform, opened without blocking the event loop."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tlgui.errors import TlguiError
from tlgui.files.targets import FileKind, check_target


def ask_folder(parent: QWidget, title: str, start: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Open a dialog for an existing folder, and return it.

    Args:
        parent: The window.
        title: The title of the dialog.
        start: The folder shown first; empty for the platform's default.
        on_chosen: Called with the folder, unless the dialog is cancelled.
    """
    dialog = _dialog(parent, title, start, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()
    return dialog


def ask_file(parent: QWidget, title: str, start: str, kinds: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Open a dialog for an existing file; `kinds` is a Qt name filter, see `ask_folder` for the rest."""
    dialog = _dialog(parent, title, start, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(kinds)
    dialog.open()
    return dialog


def ask_files(
    parent: QWidget, title: str, start: str, kinds: str, on_chosen: Callable[[tuple[Path, ...]], object]
) -> QFileDialog:
    """Open a dialog for any number of existing files; see `ask_file`."""
    dialog = QFileDialog(parent, title, start)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: on_chosen(tuple(Path(name) for name in names)))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilter(kinds)
    dialog.open()
    return dialog


def ask_target(
    parent: QWidget,
    title: str,
    start: str,
    kinds: str,
    kind: FileKind,
    on_chosen: Callable[[Path], object],
    on_refused: Callable[[TlguiError], object],
) -> QFileDialog:
    """Open a dialog for a file to write, which asks before it replaces one; a file of another kind is never replaced.

    Args:
        parent: The window.
        title: The title of the dialog.
        start: The path proposed.
        kinds: A Qt name filter.
        kind: The kind of file to write; its first suffix is added to a name without one.
        on_chosen: Called with the path.
        on_refused: Called instead with the error if the file cannot or must not be written there.
    """
    suffix = kind.suffixes[0][1:]

    def check(target: Path) -> None:
        try:
            check_target(target, kind)
        except TlguiError as error:
            on_refused(error)
        else:
            on_chosen(target)

    dialog = _dialog(parent, title, str(Path(start).parent) if start else "", check)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setNameFilter(kinds)
    dialog.setDefaultSuffix(suffix)
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(_suffix_of(kind) or suffix))
    if start:
        dialog.selectFile(Path(start).name)
    dialog.open()
    return dialog


def _suffix_of(kind: str) -> str:
    """Return the first suffix in an entry of a name filter: `"svg"` for `"SVG drawing (*.svg)"`."""
    found = re.search(r"\*\.(\w+)", kind)
    return found[1] if found else ""


def _dialog(parent: QWidget, title: str, start: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    dialog = QFileDialog(parent, title, start)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: on_chosen(Path(name)))
    return dialog
