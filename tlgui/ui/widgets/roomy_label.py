"""A quiet sentence that changes, with room for the longest from the start: what stands below it keeps its place."""

from PySide6.QtCore import QRect, Qt
from typing_extensions import override

from tlgui.ui.widgets.empty_page import QuietLabel

_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft


class RoomyLabel(QuietLabel):
    """Shows one of several texts, or a longer one that nobody expected.

    Args:
        texts: The texts that are expected.
    """

    def __init__(self, *texts: str) -> None:
        super().__init__()
        self._texts = texts
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    @override
    def heightForWidth(self, width: int) -> int:
        metrics = self.fontMetrics()
        heights = [metrics.boundingRect(QRect(0, 0, width, 0), _WRAPPED, text).height() for text in self._texts]
        return max([super().heightForWidth(width), *heights])
