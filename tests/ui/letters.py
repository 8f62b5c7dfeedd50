"""The letters for Alt that a window or a dialog answers to at a time."""

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QTabBar, QWidget

from tlgui.ui.widgets.tinted_bar import BarButton


def doubled_letters(window: QWidget) -> dict[str, list[str]]:
    """Return the letters that more than one control has, with the texts of these."""
    texts = letter_texts(window)
    letters = [_letter(text) for text in texts]
    doubled = {letter for letter, times in Counter(letters).items() if times > 1}
    return {letter: [text for text in texts if _letter(text) == letter] for letter in sorted(doubled)}


def letter_texts(window: QWidget) -> list[str]:
    """Return the texts with a letter that can be pressed now, those of the menus first."""
    texts = [action.text() for action in window.menuBar().actions()] if isinstance(window, QMainWindow) else []
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not window:
            continue
        match widget:
            case QAbstractButton():
                texts.append(widget.text())
            case QLabel() if widget.buddy() is not None:
                texts.append(widget.text())
            case QTabBar():
                texts += [widget.tabText(place) for place in range(widget.count())]
    return [text for text in texts if _letter(text)]


def lettered_bar_buttons(window: QWidget) -> list[str]:
    """Return the texts of buttons in strips that have a letter."""
    return [button.text() for button in window.findChildren(BarButton) if _letter(button.text())]


def _letter(text: str) -> str:
    return QKeySequence.mnemonic(text).toString()
