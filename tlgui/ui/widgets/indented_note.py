"""A quiet note below a radio button or check box, aligned with the button's text, and where that text begins."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QRadioButton, QStyle, QStyleOptionButton, QWidget
from typing_extensions import override

from tlgui.ui.widgets.empty_page import QuietLabel

_CONTENTS = QStyle.SubElement.SE_RadioButtonContents


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
        self.setContentsMargins(choice_indent(self), 0, 0, self._gap)


def choice_indent(widget: QWidget) -> int:
    """Return how far a check box or a radio button in the font of `widget` has its text from its left edge, in pixels.

    It is asked of the style: the style sheet has room around and behind the mark that its measures leave out.
    """
    option, example = QStyleOptionButton(), QRadioButton("Example")
    example.setFont(widget.font())
    example.resize(example.sizeHint())
    example.initStyleOption(option)
    return example.style().subElementRect(_CONTENTS, option, example).left()
