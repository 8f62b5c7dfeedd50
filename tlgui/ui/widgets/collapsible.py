"""A part of a form that can be collapsed; its header shows a summary of the content."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui import files
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.plain_text import set_spoken_details, set_tip
from tlgui.ui.widgets.tokens import is_dark


class CollapsibleGroup(QWidget):
    """Shows `content` while its header is checked; collapsed at first.

    Args:
        title: The text of the header, with the mnemonic after `&`.
        tip: The tooltip of the header: what the content is about.
        content: The widget that is collapsed.
        parent: The owner.
    """

    def __init__(self, title: str, tip: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.button = QToolButton()
        self.button.setText(title)
        set_tip(self.button, tip)
        set_spoken_details(self.button, tip)
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setAutoRaise(True)
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._on_button_toggled)
        self.summary = ElidedLabel()
        header = QHBoxLayout()
        header.addWidget(self.button)
        # Without an alignment, the header would be no higher than a line of text.
        header.addWidget(self.summary, 1, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(header)
        layout.addWidget(content)
        self._on_button_toggled(is_open=False)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_arrow()

    @Slot(bool)
    def _on_button_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `toggled`
        self.content.setVisible(is_open)
        self._draw_arrow()

    def _draw_arrow(self) -> None:
        # As an icon: a style sheet draws the arrow of a tool button over its text.
        direction, scheme = (
            "down" if self.button.isChecked() else "right",
            "dark" if is_dark(self.palette()) else "light",
        )
        self.button.setIcon(QIcon(str(files.resource(f"icons/controls/{direction}-{scheme}.svg"))))
