"""A quiet note below a radio button or check box, aligned with the button's text."""

from PySide6.QtWidgets import QWidget

from tlgui.ui.widgets.empty_page import QuietLabel


class IndentedNote(QuietLabel):
    """The note.

    Args:
        text: The note.
        gap: The room below it, in pixels.
        parent: The owner.
    """

    def __init__(self, text: str, gap: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        style = self.style()
        width = style.pixelMetric(style.PixelMetric.PM_ExclusiveIndicatorWidth)
        self.setContentsMargins(width + style.pixelMetric(style.PixelMetric.PM_RadioButtonLabelSpacing), 0, 0, gap)
