"""A label of secondary text with the height of its longest expected text, so that widgets below it do not move."""

from PySide6.QtCore import QRect, Qt
from typing_extensions import override

from tlgui.ui.widgets.empty_page import QuietLabel

_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft


class StableHeightLabel(QuietLabel):
    """Shows one of several texts; a text that is not expected may be higher.

    Args:
        texts: The expected texts.
    """

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self._texts = texts
        self._heights: dict[tuple[int, str], int] = {}
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    @override
    def heightForWidth(self, width: int) -> int:
        # Layouts ask for the same widths many times for each change.
        key = width, self.font().key()
        if key not in self._heights:
            metrics, room = self.fontMetrics(), QRect(0, 0, width, 0)
            self._heights[key] = max(metrics.boundingRect(room, _WRAPPED, text).height() for text in self._texts)
        return max(super().heightForWidth(width), self._heights[key])
