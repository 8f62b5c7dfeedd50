"""Texts that the user sees exactly as they are, whatever names of files, classes and runs they hold.

Qt takes a label, a message or a tooltip that looks like markup for markup, and then reads the files it names; it makes
a key out of “&” on buttons and in menus, and takes “[*]” out of titles. What is shown goes through here, so that none
of that can happen; a test holds the rest of the window to it.
"""

import html

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QListWidgetItem, QMessageBox, QTableWidgetItem, QWidget
from typing_extensions import override

from tlgui.photos.names import lines_shown, one_line


class PlainLabel(QLabel):
    """A label that takes no text for markup.

    Args:
        text: What it says; line breaks are kept.
        parent: The owner.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    @override
    def setText(self, text: str) -> None:
        super().setText(lines_shown(text))


class PlainMessageBox(QMessageBox):
    """A question or a message that takes no text for markup.

    Args:
        parent: The window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # It holds for the informative text as well, whichever comes first.
        self.setTextFormat(Qt.TextFormat.PlainText)

    @override
    def setText(self, text: str) -> None:
        super().setText(lines_shown(text))

    @override
    def setInformativeText(self, text: str) -> None:
        super().setInformativeText(lines_shown(text))


def plain_tip(text: str) -> str:
    """Return what a tooltip must be given so that it shows `text`: Qt knows no tooltips that are always plain."""
    shown = lines_shown(text)
    return f"<p style='white-space:pre'>{html.escape(shown)}</p>" if GuiQt.mightBeRichText(shown) else shown


def set_tip(shown: QWidget | QAction | QListWidgetItem | QTableWidgetItem, text: str) -> None:
    """Give a widget, an action or an item a tooltip that shows `text`; an empty one takes it away."""
    shown.setToolTip(plain_tip(text))


def set_spoken(widget: QWidget, name: str) -> None:
    """Give a widget the name that a screen reader says."""
    widget.setAccessibleName(lines_shown(name))


def set_spoken_details(widget: QWidget, description: str) -> None:
    """Give a widget what a screen reader says after its name."""
    widget.setAccessibleDescription(lines_shown(description))


def without_key(name: str) -> str:
    """Return what a button, a menu or an action must be given so that it shows `name`, with every “&” in it."""
    return one_line(name).replace("&", "&&")


def set_title(window: QWidget, title: str) -> None:
    """Give a window a title that shows `title`, also where “[*]” is in it, which is Qt's place for a mark."""
    window.setWindowTitle(one_line(title).replace("[*]", "[*][*]"))
