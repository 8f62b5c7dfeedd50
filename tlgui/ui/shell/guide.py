"""Opens the guide where the user is: at the word of the control that has the focus, or else at the page's part."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QWidget

from tlgui.ui.shell.guide_window import GuideWindow
from tlgui.ui.shell.step_list import StepList
from tlgui.ui.widgets.terms import term_at


class Guide(QObject):
    """Opens the guide; its window is made when it is first needed.

    Args:
        window: The window that it is about.
        steps: Knows the page that is shown.
    """

    def __init__(self, window: QWidget, steps: StepList) -> None:
        super().__init__(window)
        self._window = window
        self._steps = steps
        self._guide_window: GuideWindow | None = None

    @property
    def window(self) -> GuideWindow:
        """The window of the guide."""
        if self._guide_window is None:
            self._guide_window = GuideWindow(self._window)
        return self._guide_window

    @Slot()
    def show_here(self) -> None:
        """Explain the word of the control that has the focus, or else show the part about the page."""
        term_id = term_at(QApplication.focusWidget())
        if term_id:
            self.show_term(term_id)
        else:
            self.window.show_part(self._steps.current().name.lower())

    @Slot()
    def show_words(self) -> None:
        """Show all words."""
        self.window.show_part("words")

    def show_term(self, term_id: str) -> None:
        """Explain one word."""
        self.window.show_part(f"term-{term_id}")
