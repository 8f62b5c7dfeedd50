"""The first size of a dialog: as wide as its text reads well, as high as its content, and within the screen."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog

from tlgui.ui.widgets.scroll_area import ScrollArea

# The rest is for the frame of the window, and for bars of the desktop.
_MOST_OF_SCREEN = 0.92


def fit_dialog(dialog: QDialog, area: ScrollArea, letters: int, more_lines: int = 0) -> None:
    """Resize a dialog, which scrolls where the screen has less room.

    Args:
        dialog: The dialog, with everything in it.
        area: What scrolls in it.
        letters: Its width, in average letters.
        more_lines: Room for what is shown only at times, in lines of text.
    """
    metrics, around, content = dialog.fontMetrics(), dialog.layout(), area.widget()
    assert around is not None
    assert content is not None
    width, layout = metrics.averageCharWidth() * letters, content.layout()
    assert layout is not None
    margins = around.contentsMargins()
    height = max(
        layout.totalHeightForWidth(width - margins.left() - margins.right()), layout.totalMinimumSize().height()
    )
    height += around.totalSizeHint().height() - area.sizeHint().height() + more_lines * metrics.height()
    dialog.resize(QSize(width, height).boundedTo(dialog.screen().availableSize() * _MOST_OF_SCREEN))
