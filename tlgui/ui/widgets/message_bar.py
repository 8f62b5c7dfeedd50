"""What went wrong, or well, said above the page: never a dialog, gone at a click."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui import files
from tlgui.engine.protocol import BugError
from tlgui.errors import TlguiError
from tlgui.ui.colours import Accent, colour, mixed
from tlgui.ui.icons import icon_pixmap, themed_icon

_TINT = 0.14


class _Kind(Enum):
    """The kinds of message: accent, icon, and the word that says it without either."""

    ERROR = (Accent.ERROR, "error", "Problem")
    SUCCESS = (Accent.SUCCESS, "success", "Done")
    INFO = (Accent.INFO, "info", "Note")


class MessageBar(QWidget):
    """One message: what happened, what to do, and at most one thing to press beside Dismiss.

    Args:
        parent: The owner.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = _Kind.INFO
        self._action: Callable[[], None] | None = None
        self._is_bug = False
        self._icon = QLabel()
        self.message = _text_label()
        font = self.message.font()
        font.setBold(True)
        self.message.setFont(font)
        self.hint = _text_label()
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._on_action_button_clicked)
        self.dismiss_button = QToolButton()
        self.dismiss_button.setAutoRaise(True)
        self.dismiss_button.setToolTip("Dismiss")
        self.dismiss_button.setAccessibleName("Dismiss the message")
        self.dismiss_button.clicked.connect(self.dismiss)
        self._lay_out()
        self.hide()

    def show_error(self, error: TlguiError) -> None:
        """Say what went wrong; a bug offers its details for whoever mends it."""
        if isinstance(error, BugError):
            details = error.details
            hint = f"{error.hint} The log is in {files.log_folder()}."
            self._show(_Kind.ERROR, error.message, hint, "&Copy details", lambda: _copy(details))
            self._is_bug = True
        else:
            self._show(_Kind.ERROR, error.message, error.hint)

    def show_success(self, message: str, hint: str = "", path: Path | None = None) -> None:
        """Say what was done; with `path`, offer to show it in its folder."""
        if path is None:
            self._show(_Kind.SUCCESS, message, hint)
        else:
            folder = path.parent
            self._show(_Kind.SUCCESS, message, hint, "Show in &folder", lambda: _open_folder(folder))

    def show_info(self, message: str, hint: str = "") -> None:
        """Say something worth knowing."""
        self._show(_Kind.INFO, message, hint)

    def clear(self) -> None:
        """Take away what the user's next step has answered; a bug stays until it is dismissed."""
        if not self._is_bug:
            self.dismiss()

    @Slot()
    def dismiss(self) -> None:
        """Take the message away."""
        self._is_bug = False
        self.hide()
        self.dismissed.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        accent = colour(self._kind.value[0], self.palette())
        painter = QPainter(self)
        painter.fillRect(self.rect(), mixed(self.palette().window().color(), accent, _TINT))
        painter.fillRect(0, 0, max(4, self.fontMetrics().averageCharWidth() // 2), self.height(), accent)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _lay_out(self) -> None:
        lines = QVBoxLayout()
        lines.addWidget(self.message)
        lines.addWidget(self.hint)
        row = QHBoxLayout(self)
        margin = self.fontMetrics().height() // 2
        row.setContentsMargins(2 * margin, margin, margin, margin)
        row.setSpacing(margin)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(lines, 1)
        row.addWidget(self.action_button, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.dismiss_button, 0, Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def _show(
        self, kind: _Kind, message: str, hint: str, button: str = "", action: Callable[[], None] | None = None
    ) -> None:
        self._kind, self._action, self._is_bug = kind, action, False
        self.message.setText(message)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.action_button.setText(button)
        self.action_button.setVisible(action is not None)
        self.setAccessibleName(f"{kind.value[2]}: {message} {hint}")
        self._draw_icons()
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def _draw_icons(self) -> None:
        accent, name, _ = self._kind.value
        ratio = self.devicePixelRatioF()
        pixmap = icon_pixmap(name, colour(accent, self.palette()), round(self.fontMetrics().height() * 1.2 * ratio))
        pixmap.setDevicePixelRatio(ratio)
        self._icon.setPixmap(pixmap)
        self.dismiss_button.setIcon(themed_icon("close", self.palette()))

    @Slot()
    def _on_action_button_clicked(self) -> None:
        if self._action is not None:
            self._action()


def _text_label() -> QLabel:
    label = QLabel()
    # A file's name may look like markup; it is shown as it is.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
