"""A part of a form that can be collapsed; its header shows a summary of the content."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.plain_text import set_spoken_details, set_tip


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
        header.addWidget(self.summary, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(header)
        layout.addWidget(content)
        self._on_button_toggled(is_open=False)

    @Slot(bool)
    def _on_button_toggled(self, is_open: bool) -> None:  # noqa: FBT001 - a slot of `toggled`
        self.content.setVisible(is_open)
        self.button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
