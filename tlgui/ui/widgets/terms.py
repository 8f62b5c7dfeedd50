"""Words that lead to their explanation: a label with links, a small button, and the word that F1 explains on a control.

Which window shows the explanation is none of a widget's business: it sends an event to its window, and on to that
window's owner until one takes it.
"""

import html
from typing import ClassVar

from PySide6.QtCore import QCoreApplication, QEvent, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from tlgui.photos.names import lines_shown
from tlgui.ui.text.glossary import term, terms_in
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tokens import GRID, quiet_text, tokens_of

_PROPERTY = "term"


class TermRequested(QEvent):
    """Asks a window to explain a word; the window accepts the event if it does.

    Args:
        term_id: The identifier of the word, see `ui.text.glossary`.
    """

    KIND: ClassVar[QEvent.Type] = QEvent.Type(QEvent.registerEventType())

    def __init__(self, term_id: str) -> None:
        super().__init__(self.KIND)
        self.term_id = term_id
        self.is_taken = False


def request_term(source: QWidget, term_id: str) -> None:
    """Ask the window of `source`, or else the window that owns it, to explain a word."""
    window: QWidget | None = source.window()
    while window is not None:
        request = TermRequested(term_id)
        QCoreApplication.sendEvent(window, request)
        if request.is_taken:
            return
        owner = window.parentWidget()
        window = owner.window() if owner is not None else None


def set_term(widget: QWidget, term_id: str) -> None:
    """Set the word that F1 explains while `widget`, or something in it, has the focus."""
    widget.setProperty(_PROPERTY, term_id)


def term_at(widget: QWidget | None) -> str:
    """Return the word of `widget`, or of what it lies in; empty where there is none."""
    while widget is not None:
        term_id = widget.property(_PROPERTY)
        if term_id:
            return str(term_id)
        widget = None if widget.isWindow() else widget.parentWidget()
    return ""


class TermLabel(QLabel):
    """A label in which each word of the glossary is a link to its explanation; everything else is shown as it is.

    The links can be reached by Tab; a label without any is no Tab stop.

    Args:
        text: The text; line breaks are kept.
        is_quiet: Whether it is shown in the colour of secondary text.
        parent: The owner.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None, *, is_quiet: bool = False) -> None:
        super().__init__(parent)
        self._text = ""
        self._is_quiet = is_quiet
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.linkActivated.connect(self._on_link_activated)
        self.setText(text)

    @property
    def plain_text(self) -> str:
        """The text as it is read."""
        return self._text

    @override
    def setText(self, text: str) -> None:
        self._text = lines_shown(text)
        self._show()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            # The colours are part of the text.
            self._show()

    def _show(self) -> None:
        found = terms_in(self._text)
        pieces, end = [], 0
        for word in found:
            pieces += [
                html.escape(self._text[end : word.start]),
                f'<a href="{word.id}">{html.escape(self._text[word.start : word.end])}</a>',
            ]
            end = word.end
        pieces.append(html.escape(self._text[end:]))
        tone = f" style='color:{quiet_text(self.palette()).name()}'" if self._is_quiet else ""
        body = "".join(pieces).replace("\n", "<br>")
        # Qt keeps the old colours of links for a text that it has shown already.
        super().setText("")
        super().setText(f"<span{tone}>{body}</span>" if body else "")
        flags = Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        self.setTextInteractionFlags(flags if found else Qt.TextInteractionFlag.NoTextInteraction)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if found else Qt.FocusPolicy.NoFocus)
        set_spoken(self, self._text)

    @Slot(str)
    def _on_link_activated(self, term_id: str) -> None:
        request_term(self, term_id)


class TermButton(QAbstractButton):
    """A small button that explains the word of the control beside it; no Tab stop, because F1 there does the same.

    Args:
        term_id: The identifier of the word.
        parent: The owner.
    """

    def __init__(self, term_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._term_id = term_id
        self.setText("?")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        entry = term(term_id)
        set_tip(self, f"{entry.title}: {entry.meaning} (F1)")
        set_spoken(self, f"What is {entry.title.lower()}?")
        self.clicked.connect(self._on_clicked)

    @override
    def sizeHint(self) -> QSize:
        side = self.fontMetrics().height() + GRID // 2
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = tokens_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colours.control))
        painter.setBrush(QColor(colours.raised if self.underMouse() else colours.card))
        painter.drawEllipse(QRectF(self.rect()).adjusted(2.5, 2.5, -2.5, -2.5))
        painter.setPen(QColor(colours.link))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    @Slot()
    def _on_clicked(self) -> None:
        request_term(self, self._term_id)


def with_term_button(widget: QWidget, term_id: str) -> QWidget:
    """Return a widget with `widget`, and behind it the button that explains a word."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(GRID // 2)
    row.addWidget(widget)
    row.addWidget(TermButton(term_id))
    row.addStretch(1)
    return holder
