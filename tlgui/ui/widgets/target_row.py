"""The path of a file or folder that is to be written: typed, or chosen with a button, and what prevents it."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from tlgui import files
from tlgui.errors import TlguiError
from tlgui.files.targets import FileKind, refusal
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.file_dialogs import ask_folder, ask_target
from tlgui.ui.widgets.plain_text import PlainLabel, set_spoken


class TargetRow(QWidget):
    """The row, with a note below it.

    Signals:
        changed: Another path was typed or chosen.

    Args:
        path: The proposed path.
        parent: The owner.

    Attributes:
        edit: The path as text.
        note: What prevents writing there, or that something is replaced.
    """

    changed = Signal()

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.edit = QLineEdit(str(path))
        set_spoken(self.edit, "Write to")
        self.browse_button = QPushButton("&Browse…")
        self.note = QuietLabel()
        label = PlainLabel("Write &to:")
        label.setBuddy(self.edit)
        row = QHBoxLayout()
        row.addWidget(self.edit, 1)
        row.addWidget(self.browse_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label)
        column.addLayout(row)
        column.addWidget(self.note)
        self.edit.textChanged.connect(self.changed)

    def path(self) -> Path:
        """Return the path; one that begins with “~” is expanded."""
        return files.expanded(self.edit.text().strip())

    def set_path(self, path: Path) -> None:
        """Show another path."""
        self.edit.setText(str(path))

    def problem(self, kind: FileKind | None) -> str:
        """Return why nothing can be written there, as a sentence; empty where something can.

        Args:
            kind: The kind of file; None for a folder, which must not be there yet.
        """
        path = self.path()
        if not self.edit.text().strip() or not path.is_absolute():
            return "Give the whole path, or press Browse."
        if not files.is_folder(path.parent):
            return f"The folder “{path.parent}” is not there. Choose one that is."
        if files.is_folder(path):
            return f"“{path.name}” is there already. Choose another name."
        return refusal(path, kind) if kind is not None else ""

    def show_problem(self, problem: str) -> None:
        """Show a problem; without one, whether a file is replaced."""
        if not problem and files.is_file(self.path()):
            problem = f"“{self.path().name}” is there already and will be replaced."
        self.note.setText(problem)

    def ask(self, title: str, what: str, kind: FileKind | None, folder_title: str) -> None:
        """Let the person choose the path.

        Args:
            title: The title of the question for a file.
            what: What such files are called in it.
            kind: As in `problem`.
            folder_title: The title of the question for the folder around a new folder.
        """
        path = self.path()
        if kind is not None:
            kinds = f"{what} ({' '.join(f'*{suffix}' for suffix in kind.suffixes)})"
            ask_target(self.window(), title, str(path), kinds, kind, self.set_path, self._show_refusal)
        else:
            ask_folder(self.window(), folder_title, str(path.parent), lambda folder: self.set_path(folder / path.name))

    def _show_refusal(self, error: TlguiError) -> None:
        self.note.setText(error.message)
