"""The question before files are moved or binned."""

from collections.abc import Callable

from PySide6.QtWidgets import QMessageBox, QWidget

from tlgui.photos.health.findings import MoveInto, MoveToBin
from tlgui.photos.names import shown_name
from tlgui.text.numbers import count
from tlgui.ui.widgets.plain_text import PlainMessageBox, set_title


def ask_to_move_files(mending: MoveInto | MoveToBin, window: QWidget, on_confirmed: Callable[[], object]) -> None:
    """Open the question for a mending that moves files.

    Args:
        mending: The mending.
        window: The window that the question belongs to.
        on_confirmed: Called if the user agrees.
    """
    box = PlainMessageBox(window)
    box.setIcon(QMessageBox.Icon.Question)
    if isinstance(mending, MoveToBin):
        what, number = "Move to bin", len(mending.paths)
        box.setText(f"Move {count('file', number)} to the bin?")
    else:
        what, number = "Move", len(mending.moves)
        box.setText(f"Move {count('file', number)} {_where(mending)}?")
    set_title(box, what)
    box.setInformativeText("You can undo this with Ctrl+Z.")
    go = box.addButton(f"&{what}", QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(go)
    box.setEscapeButton(cancel)
    go.clicked.connect(lambda: on_confirmed())
    box.finished.connect(box.deleteLater)
    box.open()


def _where(mending: MoveInto) -> str:
    folders = {folder for _, folder in mending.moves}
    return f"into “{shown_name(next(iter(folders)))}”" if len(folders) == 1 else f"into {count('folder', len(folders))}"
