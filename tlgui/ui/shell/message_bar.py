"""The bar below the page that shows errors and outcomes; never a dialog.

A success passes by itself, in the one line that is kept free for it. A problem stays until it is dismissed or something
else is begun, on the page it arose on and on the page it belongs to.
"""

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QHBoxLayout, QToolButton, QWidget
from typing_extensions import override

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import TlguiError
from tlgui.ui.widgets.fitting_label import FittingLabel
from tlgui.ui.widgets.icons import themed_icon
from tlgui.ui.widgets.plain_text import set_spoken, set_tip
from tlgui.ui.widgets.tinted_bar import BarButton, TintedBar
from tlgui.ui.widgets.tokens import GRID, LINE_WIDTH, MARGIN, Accent

PASSING_MS = 8_000
# With less room for the text beside them, the buttons stand below it.
_LETTERS_BESIDE_BUTTONS, _FEWEST_LETTERS = 30, 16


class MessageKind(Enum):
    """The kinds of message: accent, icon, and a word for screen readers."""

    ERROR = (Accent.ERROR, "error", "Problem")
    SUCCESS = (Accent.SUCCESS, "success", "Done")
    INFO = (Accent.INFO, "info", "Note")


class MessageBar(TintedBar):
    """Shows one message: what happened, what to do, and at most two buttons beside Dismiss.

    Args:
        parent: The owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Accent.INFO, "info", parent)
        self._action: Callable[[], None] | None = None
        self._offer: Callable[[], None] | None = None
        self._is_bug = False
        self._page: int | None = None
        # Of a problem; empty for one that every page shows.
        self._pages: frozenset[int] = frozenset()
        self._is_dismissed = True
        self._passing = QTimer(self, singleShot=True, interval=PASSING_MS)
        self._passing.timeout.connect(self._on_passing_timeout)
        self.message = FittingLabel()
        font = self.message.font()
        font.setBold(True)
        self.message.setFont(font)
        self.hint = FittingLabel()
        self.offer_button = BarButton()
        self.offer_button.clicked.connect(self._on_offer_button_clicked)
        self.action_button = BarButton()
        self.action_button.clicked.connect(self._on_action_button_clicked)
        self.dismiss_button = QToolButton()
        self.dismiss_button.setAutoRaise(True)
        self.dismiss_button.setToolTip("Dismiss")
        self.dismiss_button.setAccessibleName("Dismiss the message")
        self.dismiss_button.setIcon(themed_icon("close", self.palette()))
        self.dismiss_button.clicked.connect(self.dismiss)
        for line in (self.message, self.hint):
            line.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self._lines = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lines.addWidget(self.message)
        self._lines.addWidget(self.hint, 1)
        self._buttons = QWidget()
        buttons = QHBoxLayout(self._buttons)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(GRID)
        for button in (self.offer_button, self.action_button):
            buttons.addWidget(button)
        self._content = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._content.setSpacing(GRID)
        self._content.addLayout(self._lines, 1)
        self._content.addWidget(self._buttons, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.row.addLayout(self._content, 1)
        self.row.addWidget(self.dismiss_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_error(self, error: TlguiError, page: int | None = None) -> None:
        """Show an error; for a bug, with a button that copies its details.

        Args:
            error: The error.
            page: The page that it belongs to, a `Step`; None for the one that is shown.
        """
        if isinstance(error, BugError):
            details = error.details
            hint = f"{error.hint} The log is in {files.log_folder()}."
            self._show(MessageKind.ERROR, error.message, hint, "Copy details", lambda: _copy(details))
            self._is_bug = True
        else:
            self._show(MessageKind.ERROR, error.message, error.hint)
            self._pages = frozenset(shown for shown in (page, self._page) if shown is not None)

    def show_success(self, message: str, hint: str = "", path: Path | None = None) -> None:
        """Show what was done; with `path`, with a button that opens its folder."""
        if path is None:
            self._show(MessageKind.SUCCESS, message, hint)
        else:
            folder = path.parent
            self._show(MessageKind.SUCCESS, message, hint, "Show in folder", lambda: _open_folder(folder))

    def show_undoable(
        self,
        message: str,
        hint: str,
        undo: Callable[[], None],
        offer: tuple[str, Callable[[], None]] | None = None,
        *,
        stays: bool = False,
        kind: MessageKind = MessageKind.SUCCESS,
    ) -> None:
        """Show what was done, with a button that undoes it.

        Args:
            message: What was done.
            hint: More about it.
            undo: Undoes it.
            offer: The text of a second button, for what may be done next, and what it does; None for no such button.
            stays: Whether it is kept until it is dismissed, because there is something to read or to decide.
            kind: The kind of message; a problem and a note stay.
        """

        def undo_and_dismiss() -> None:
            self.dismiss()
            undo()

        self._show(kind, message, hint, "Undo", undo_and_dismiss, stays=stays or offer is not None)
        if offer is not None:
            self.offer_button.setText(offer[0])
            self._offer = offer[1]
            self.offer_button.show()
            self._fit()

    def show_offer(self, message: str, hint: str, button: str, action: Callable[[], None]) -> None:
        """Show a note, with a button."""

        def act_and_dismiss() -> None:
            self.dismiss()
            action()

        self._show(MessageKind.INFO, message, hint, button, act_and_dismiss)

    def show_info(self, message: str, hint: str = "") -> None:
        """Show a note."""
        self._show(MessageKind.INFO, message, hint)

    def clear(self) -> None:
        """Hide the message, as the user goes on; a bug stays until it is dismissed."""
        if not self._is_bug:
            self.dismiss()

    @Slot(int)
    def enter_page(self, page: int) -> None:
        """Show a problem on its pages alone; called with the page that is shown, a `Step`."""
        self._page = page
        if not self._is_dismissed:
            self.setVisible(not self._pages or page in self._pages)

    @Slot()
    def dismiss(self) -> None:
        """Hide the message."""
        self._is_bug, self._is_dismissed = False, True
        self._passing.stop()
        self.hide()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.dismiss_button.setIcon(themed_icon("close", self.palette()))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        # Whatever it says, the window need not become wider for it.
        least = super().minimumSizeHint()
        width = self._around() + max(self._buttons_width(), _FEWEST_LETTERS * self.fontMetrics().averageCharWidth())
        return QSize(min(least.width(), width), least.height())

    def _around(self) -> int:
        """Return the width of what stands around text and buttons."""
        margins = self.row.contentsMargins()
        sides = self._icon.sizeHint().width() + self.dismiss_button.sizeHint().width()
        return margins.left() + margins.right() + 2 * GRID + sides

    def _buttons_width(self) -> int:
        shown = [button for button in (self.offer_button, self.action_button) if not button.isHidden()]
        return sum(button.sizeHint().width() + GRID for button in shown)

    def _fit(self) -> None:
        """Leave the message its room: beside the buttons or above them, and with or without the hint in its line."""
        buttons, room = self._buttons_width(), self.width() - self._around()
        letter, directions = self.fontMetrics().averageCharWidth(), QBoxLayout.Direction
        is_passing = self._lines.direction() is directions.LeftToRight
        is_beside = is_passing or not buttons or room - buttons >= _LETTERS_BESIDE_BUTTONS * letter
        self._content.setDirection(directions.LeftToRight if is_beside else directions.TopToBottom)
        self._buttons.setVisible(bool(buttons))
        needed = self.message.sizeHint().width() + MARGIN + self.hint.minimumSizeHint().width()
        has_room = not is_passing or needed <= room - buttons
        self.hint.setVisible(bool(self.hint.text()) and has_room)

    def _show(
        self,
        kind: MessageKind,
        message: str,
        hint: str,
        button: str = "",
        action: Callable[[], None] | None = None,
        *,
        stays: bool = False,
    ) -> None:
        accent, icon, word = kind.value
        self._action, self._is_bug, self._is_dismissed = action, False, False
        self._pages = frozenset()
        is_passing = kind is MessageKind.SUCCESS and not stays
        for line in (self.message, self.hint):
            line.set_elided(is_elided=is_passing)
        directions = QBoxLayout.Direction
        self._lines.setDirection(directions.LeftToRight if is_passing else directions.TopToBottom)
        # Two lines fit into the height that the footer keeps.
        self._lines.setSpacing(MARGIN if is_passing else LINE_WIDTH)
        set_tip(self, f"{message}\n{hint}" if is_passing else "")
        self.set_look(accent, icon)
        self.message.setText(message)
        self.hint.setText(hint)
        self._offer = None
        self.offer_button.hide()
        self.action_button.setText(button)
        self.action_button.setVisible(action is not None)
        self._fit()
        set_spoken(self, f"{word}: {message} {hint}")
        self.show()
        if is_passing:
            self._passing.start()
        else:
            self._passing.stop()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    @Slot()
    def _on_offer_button_clicked(self) -> None:
        offer = self._offer
        self.dismiss()
        if offer is not None:
            offer()

    @Slot()
    def _on_passing_timeout(self) -> None:
        """Hide a success, unless it is being read or its button is about to be pressed."""
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus is not None and self.isAncestorOf(focus)):
            self._passing.start()
        else:
            self.dismiss()

    @Slot()
    def _on_action_button_clicked(self) -> None:
        if self._action is not None:
            self._action()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
