"""The question before the window is closed, while something is under way or not saved."""

from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from tlgui.engine.protocol import PredictRequest, TrainRequest
from tlgui.ui.session.requests import SortAgainRequest, SortRequest, UndoSortRequest
from tlgui.ui.widgets.plain_text import PlainMessageBox

_STOP = "Stop it and close?"


def closing_question(window: QWidget, close: str, keep: str) -> tuple[QMessageBox, QPushButton]:
    """Return a dialog without its text, and its button that closes the window.

    Args:
        window: The window.
        close: The text of that button.
        keep: The text of the other one, which is pressed unless the person chooses.
    """
    box = PlainMessageBox(window)
    box.setWindowTitle("Close tlgui")
    box.setIcon(QMessageBox.Icon.Question)
    close_button = box.addButton(close, QMessageBox.ButtonRole.AcceptRole)
    keep_button = box.addButton(keep, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep_button)
    box.setEscapeButton(keep_button)
    box.finished.connect(box.deleteLater)
    return box, close_button


def under_way_in_words(request: object) -> tuple[str, str]:
    """Return what is still under way, and what is asked about it, with what stays of it.

    Args:
        request: That of the job; None where several are, or one in the background.
    """
    if isinstance(request, TrainRequest):
        return "The training is still running.", f"{_STOP} The best epoch so far is kept as a model."
    if isinstance(request, PredictRequest):
        return "Photos are still being named.", f"{_STOP} What is named stays; the others can be named the next time."
    if isinstance(request, SortRequest | SortAgainRequest):
        return (
            "Photos are still being sorted.",
            f"{_STOP} What is sorted stays; the next time you can go on, or take it back.",
        )
    if isinstance(request, UndoSortRequest):
        return "A sort is still being taken back.", f"{_STOP} Undo takes the rest back the next time."
    return "Something is still under way.", _STOP
