"""A quiet note below a radio button or check box, aligned with the button's text."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.style import choice_indent


class IndentedNote(QuietLabel):
    """The note.

    Args:
        text: The note.
        gap: The room below it, in pixels.
        parent: The owner.
    """

    def __init__(self, text: str, gap: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._gap = gap
        self._indent()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange} and hasattr(self, "_gap"):
            self._indent()

    def _indent(self) -> None:
        self.setContentsMargins(choice_indent(self.fontMetrics().height()), 0, 0, self._gap)
