"""Leads the focus to the strips that come and go, message, progress or notice, and back to where it was."""

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtWidgets import QApplication, QWidget

from tlgui.ui.predict.suggestion_bar import SuggestionBar
from tlgui.ui.predict.watch_bar import WatchBar
from tlgui.ui.shell.job_bar import JobBar
from tlgui.ui.widgets.focus import first_control
from tlgui.ui.widgets.tinted_bar import TintedBar

_BARS: tuple[type[QWidget], ...] = (TintedBar, JobBar, SuggestionBar, WatchBar)


class BarFocus(QObject):
    """Goes to the lowest strip with a button, with each further call to the next one, and after the last one back.

    Args:
        window: The window.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._before: QWidget | None = None

    @Slot()
    def go(self) -> None:
        """Move the focus on."""
        bars = self._bars()
        focus = QApplication.focusWidget()
        inside = next((place for place, bar in enumerate(bars) if focus is not None and bar.isAncestorOf(focus)), None)
        if inside is None and focus is not None:
            self._before = focus
            focus.destroyed.connect(self._on_before_destroyed)
        place = 0 if inside is None else inside + 1
        target = first_control(bars[place]) if place < len(bars) else self._before
        if target is not None and target.isVisible():
            target.setFocus()

    def _bars(self) -> list[QWidget]:
        """Return the strips that can be seen and have a control, the lowest first."""
        found: list[QWidget] = [bar for kind in _BARS for bar in self._window.findChildren(kind)]
        bars = [bar for bar in found if bar.isVisible() and bar.window() is self._window and first_control(bar)]
        return sorted(bars, key=lambda bar: -bar.mapTo(self._window, QPoint()).y())

    @Slot()
    def _on_before_destroyed(self) -> None:
        self._before = None
