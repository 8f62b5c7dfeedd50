"""The guide in a window of its own: the parts about the pages, and the words; it reads nothing but its own folder."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QImage, QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QPushButton, QTextBrowser, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui import files
from tlgui.ui.widgets.flow_layout import FlowLayout
from tlgui.ui.widgets.plain_text import set_title
from tlgui.ui.widgets.tokens import is_dark

PARTS = {
    "photos": "&Photos",
    "train": "&Train",
    "results": "&Results",
    "predict": "Pr&edict",
    "keep": "&Keep it",
    "words": "&Words",
}
_TEXT_NAME = "guide.html"
_SIZE_IN_LETTERS = (100, 36)


class GuideBrowser(QTextBrowser):
    """Shows the guide; pictures are those for a light or a dark window.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = files.resource("guide")
        self._is_dark = is_dark(self.palette())
        self.setAccessibleName("Guide")
        self.setOpenLinks(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.setHtml((self._folder / _TEXT_NAME).read_text("utf-8"))

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Return a picture of the guide's folder, and nothing for every other address."""
        address = QUrl(name)
        known = Path(address.path()).name
        if kind != QTextDocument.ResourceType.ImageResource.value or address.toString() != known:
            return None
        scheme = "dark" if self._is_dark else "light"
        return QImage(str(self._folder / known.replace("-light.", f"-{scheme}.")))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and is_dark(self.palette()) != self._is_dark:
            self._is_dark = not self._is_dark
            place = self.verticalScrollBar().value()
            self.setHtml((self._folder / _TEXT_NAME).read_text("utf-8"))
            self.verticalScrollBar().setValue(place)

    def show_anchor(self, anchor: str) -> None:
        """Scroll to a part or a word, and put the cursor there for screen readers."""
        self.scrollToAnchor(anchor)
        block = self.document().begin()
        while block.isValid():
            parts = block.begin()
            while not parts.atEnd():
                if anchor in parts.fragment().charFormat().anchorNames():
                    self.setTextCursor(QTextCursor(block))
                    self.scrollToAnchor(anchor)
                    return
                parts += 1
            block = block.next()


class GuideWindow(QWidget):
    """The window: a button for each part, and the text; Esc closes it.

    Args:
        parent: The window whose pages the guide is about.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        set_title(self, "Help — tlgui")
        self.browser = GuideBrowser()
        self._anchor = ""
        buttons = FlowLayout()
        for part, title in PARTS.items():
            button = QPushButton(title)
            button.setFlat(True)
            button.clicked.connect(lambda _checked=False, part=part: self.show_part(part))
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.addLayout(buttons)
        column.addWidget(self.browser, 1)
        self.setFocusProxy(self.browser)
        self.resize(self.sizeHint())

    @property
    def part(self) -> str:
        """What was shown last: a part, or `"term-"` with the identifier of a word."""
        return self._anchor

    def show_part(self, anchor: str) -> None:
        """Show the window, scrolled to a part or a word.

        Args:
            anchor: One of `PARTS`, or `"term-"` with the identifier of a word.
        """
        self._anchor = anchor
        self.show()
        self.activateWindow()
        self.browser.setFocus()
        # Once the text has its width.
        QTimer.singleShot(0, self._scroll)

    @override
    def sizeHint(self) -> QSize:
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        room = self.screen().availableSize()
        columns, lines = _SIZE_IN_LETTERS
        return QSize(min(columns * letter, room.width() * 9 // 10), min(lines * line, room.height() * 9 // 10))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _scroll(self) -> None:
        self.browser.show_anchor(self._anchor)
