"""The questions for files and folders: the platform's own dialogs, opened without holding up the window."""

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tlgui.errors import TlguiError
from tlgui.files.targets import FileKind, check_target


def ask_folder(parent: QWidget, title: str, start: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a folder that is there.

    Args:
        parent: The window.
        title: What for.
        start: The folder to begin in; empty for the platform's choice.
        on_chosen: Called with the answer, not at all when the user thinks better of it.
    """
    dialog = _dialog(parent, title, start, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()
    return dialog


def ask_file(parent: QWidget, title: str, start: str, kinds: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    """Ask for a file that is there; `kinds` is a Qt name filter."""
    dialog = _dialog(parent, title, start, on_chosen)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(kinds)
    dialog.open()
    return dialog


def ask_files(
    parent: QWidget, title: str, start: str, kinds: str, on_chosen: Callable[[tuple[Path, ...]], object]
) -> QFileDialog:
    """Ask for any number of files that are there."""
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
    """Ask where to write a file; the dialog itself asks before one is replaced, and no other kind of file ever is.

    Args:
        parent: The window.
        title: What for.
        start: The path proposed.
        kinds: A Qt name filter.
        kind: What is to be written; its usual suffix is added to a name without one.
        on_chosen: Called with the answer.
        on_refused: Called instead where the file cannot be written there, or must not be.
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
    """Return the suffix in one kind of a name filter: `"svg"` of `"SVG drawing (*.svg)"`."""
    found = re.search(r"\*\.(\w+)", kind)
    return found[1] if found else ""


def _dialog(parent: QWidget, title: str, start: str, on_chosen: Callable[[Path], object]) -> QFileDialog:
    dialog = QFileDialog(parent, title, start)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: on_chosen(Path(name)))
    return dialog
