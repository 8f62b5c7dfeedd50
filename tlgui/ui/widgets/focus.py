"""Where the keyboard focus goes when a page is entered with keys."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def first_control(page: QWidget) -> QWidget | None:
    """Return the first control of `page` in the order of Tab; None if it has none that can be used now."""
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page:
        takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_tab and page.isAncestorOf(widget) and widget.isVisible() and widget.isEnabled():
            return widget
        widget = widget.nextInFocusChain()
    return None


def focus_first_control(page: QWidget | None) -> None:
    """Give the focus to the first control of `page`, as Tab would."""
    control = first_control(page) if page is not None else None
    if control is not None:
        control.setFocus(Qt.FocusReason.TabFocusReason)
