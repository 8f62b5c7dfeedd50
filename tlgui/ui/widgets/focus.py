"""Where the keyboard focus goes when a page is entered with keys, and when what has it vanishes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget


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


def focus_content_instead(content: QWidget | None) -> bool:
    """Give the focus to what a page is about, where the control that has it vanishes or can be used no more.

    Qt would give it to the next control, a button perhaps, which the next key would press unasked.

    Args:
        content: Such as the grid of photos; None where the page has none.

    Returns:
        Whether that was done.
    """
    focus = QApplication.focusWidget()
    if focus is None or content is None or not content.isVisible() or (focus.isVisible() and focus.isEnabled()):
        return False
    content.setFocus(Qt.FocusReason.OtherFocusReason)
    return True
