"""Asks which class photos belong to, before they are moved into its folder."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QListWidget, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.tinted_bar import plain_label
from tlgui.wording import count


class MoveDialog(QDialog):
    """The question, with the classes to choose from.

    Args:
        class_names: The classes, in order.
        number: How many photos are to be moved.
        parent: The window.
    """

    class_chosen = Signal(str)

    def __init__(self, class_names: Sequence[str], number: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Move to another class")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = "this photo belong" if number == 1 else f"these {count('photo', number)} belong"
        self.question = plain_label(f"To which class {'does' if number == 1 else 'do'} {what}?")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a class")
        self.search.setAccessibleName("Find a class by its name")
        self.search.setClearButtonEnabled(True)
        self.classes = QListWidget()
        self.classes.setAccessibleName("Classes")
        self.classes.addItems(list(class_names))
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.move_button = self.buttons.addButton("&Move", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self.search.textChanged.connect(self._on_search_text_changed)
        self.search.installEventFilter(self)
        self.classes.currentRowChanged.connect(self._refresh)
        self.classes.itemDoubleClicked.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.classes.setCurrentRow(0)
        self._refresh()

    @override
    def accept(self) -> None:
        item = self.classes.currentItem()
        if item is not None and not item.isHidden():
            super().accept()
            self.class_chosen.emit(item.text())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # From the line where one types, up and down go through what was found.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if step:
                self._step(step)
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(self.question)
        column.addWidget(self.search)
        column.addWidget(self.classes, 1)
        column.addWidget(
            QuietLabel("The files are moved into the folder of that class. You can undo this with Ctrl+Z.")
        )
        column.addWidget(self.buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 50, self.fontMetrics().height() * 24)
        self.search.setFocus()

    def _shown(self) -> list[int]:
        return [row for row in range(self.classes.count()) if not self.classes.item(row).isHidden()]

    def _step(self, step: int) -> None:
        shown = self._shown()
        if shown:
            place = shown.index(self.classes.currentRow()) if self.classes.currentRow() in shown else -1
            self.classes.setCurrentRow(shown[max(0, min(place + step, len(shown) - 1))])

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        wanted = text.casefold().strip()
        for row in range(self.classes.count()):
            item = self.classes.item(row)
            item.setHidden(wanted not in item.text().casefold())
        shown = self._shown()
        self.classes.setCurrentRow(shown[0] if shown else -1)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        item = self.classes.currentItem()
        self.move_button.setEnabled(item is not None and not item.isHidden())
