"""The dialog for moving photos to another class, an existing or a new one."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from tlgui.photos.destinations import Destinations
from tlgui.photos.names import plain_key
from tlgui.text.numbers import count
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import set_spoken_details
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.tinted_bar import TintedBar, plain_label
from tlgui.ui.widgets.tokens import GRID, Accent


class MoveDialog(QDialog):
    """Offers the classes, and a new class for a name that none of them has.

    Signals:
        class_chosen: The name of an existing class.
        new_class_chosen: The name for a new class.

    Args:
        destinations: Finds the class for a name, and validates the names of new ones.
        class_names: The classes to choose from, in order.
        number: The number of photos to move.
        parent: The window.
    """

    class_chosen = Signal(str)
    new_class_chosen = Signal(str)

    def __init__(
        self, destinations: Destinations, class_names: Sequence[str], number: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._destinations = destinations
        self._names = frozenset(class_names)
        self._number = number
        self.setWindowTitle("Move to another class")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = "this photo belong" if number == 1 else f"these {count('photo', number)} belong"
        self.question = plain_label(f"To which class {'does' if number == 1 else 'do'} {what}?")
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a class, or name a new one")
        self.search.setAccessibleName("Find a class by its name, or name a new one")
        self.search.setClearButtonEnabled(True)
        self.classes = QListWidget()
        self.classes.setAccessibleName("Classes")
        self.classes.setSpacing(GRID // 4)
        self.classes.addItems(list(class_names))
        self._new = QListWidgetItem()
        self._new_name = ""
        self.classes.addItem(self._new)
        self.refusal = TintedBar(Accent.WARNING, "warning")
        self.refusal_text = plain_label()
        self.refusal.row.addWidget(self.refusal_text, 1)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.move_button = self.buttons.addButton("&Move", QDialogButtonBox.ButtonRole.AcceptRole)
        make_primary(self.move_button)
        self._lay_out()
        self.search.textChanged.connect(self._on_search_text_changed)
        self.search.installEventFilter(self)
        self.classes.currentRowChanged.connect(self._refresh)
        self.classes.itemDoubleClicked.connect(self.accept)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._on_search_text_changed("")

    @override
    def accept(self) -> None:
        item = self.classes.currentItem()
        if item is None or item.isHidden():
            return
        super().accept()
        if item is self._new:
            self.new_class_chosen.emit(self._new_name)
        else:
            self.class_chosen.emit(item.text())

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Up and Down in the search field move through the list.
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
        column.addWidget(self.refusal)
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

    def _find(self, text: str, meant: str | None) -> None:
        """Show the classes whose name contains a text, and the one that it denotes."""
        wanted, key = text.casefold().strip(), plain_key(text)
        for row in range(self.classes.count() - 1):
            item = self.classes.item(row)
            name = item.text()
            is_found = wanted in name.casefold() or (bool(key) and key in plain_key(name))
            item.setHidden(not is_found and name != meant)

    def _offer_new(self, text: str, meant: str | None) -> None:
        """Offer the typed name as a new class, or show why it cannot be one."""
        self._new_name, reason = self._destinations.new_name(text), ""
        if meant is not None:
            if meant not in self._names:
                reason = f"{'This photo is' if self._number == 1 else 'These photos are'} in “{meant}” already."
        elif self._new_name:
            reason = self._destinations.why_not(self._new_name)
        self._new.setText(f"New class “{self._new_name}”")
        self._new.setHidden(bool(reason) or meant is not None or not self._new_name)
        self.refusal_text.setText(reason)
        self.refusal.setVisible(bool(reason))
        set_spoken_details(self.search, reason)

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        meant = self._destinations.class_called(text)
        name = meant.name if meant is not None else None
        self._find(text, name)
        self._offer_new(text, name)
        shown = self._shown()
        if name is not None:
            # An exact name is not meant as a part of longer ones.
            shown = [row for row in shown if self.classes.item(row).text() == name]
        self.classes.setCurrentRow(shown[0] if shown else -1)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        item = self.classes.currentItem()
        self.move_button.setEnabled(item is not None and not item.isHidden())
