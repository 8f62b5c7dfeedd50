"""Texts that are shown literally, because they may hold the names of files, classes and runs.

Qt detects markup in labels, messages and tooltips, and then loads the files that it names; it takes “&” on buttons and
in menus for a mnemonic, and removes “[*]” from titles. These functions prevent all of that; a test finds widgets that
bypass them.
"""

import html

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QListWidgetItem, QMessageBox, QTableWidgetItem, QToolTip, QWidget
from typing_extensions import override

from tlgui.photos.names import lines_shown, one_line


class PlainLabel(QLabel):
    """A label without markup.

    Args:
        text: The text; line breaks are kept.
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
    """A message box without markup.

    Args:
        parent: The window.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Also applies to the informative text.
        self.setTextFormat(Qt.TextFormat.PlainText)

    @override
    def setText(self, text: str) -> None:
        super().setText(lines_shown(text))

    @override
    def setInformativeText(self, text: str) -> None:
        super().setInformativeText(lines_shown(text))


def plain_tip(text: str) -> str:
    """Return the text for a tooltip that is to show `text`: escaped if Qt would take it for markup."""
    shown = lines_shown(text)
    return f"<p style='white-space:pre'>{html.escape(shown)}</p>" if GuiQt.mightBeRichText(shown) else shown


def set_tip(shown: QWidget | QAction | QListWidgetItem | QTableWidgetItem, text: str) -> None:
    """Set the tooltip of a widget, an action or an item; an empty text removes it."""
    shown.setToolTip(plain_tip(text))


def show_tip(widget: QWidget, place: QPoint, text: str) -> None:
    """Show a tooltip for a part of a widget.

    Args:
        widget: The widget.
        place: Where, in the coordinates of the screen.
        text: What it says; an empty one hides the tooltip.
    """
    QToolTip.showText(place, plain_tip(text), widget)


def set_spoken(widget: QWidget, name: str) -> None:
    """Set the accessible name of a widget."""
    widget.setAccessibleName(lines_shown(name))


def set_spoken_details(widget: QWidget, description: str) -> None:
    """Set the accessible description of a widget."""
    widget.setAccessibleDescription(lines_shown(description))


def without_key(name: str) -> str:
    """Return the text for a button, a menu or an action that is to show `name`, with “&” escaped."""
    return one_line(name).replace("&", "&&")


def set_title(window: QWidget, title: str) -> None:
    """Set the title of a window, with “[*]” escaped, which is Qt's placeholder for unsaved changes."""
    window.setWindowTitle(one_line(title).replace("[*]", "[*][*]"))
