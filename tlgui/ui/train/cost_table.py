"""The popup with the estimates of all built-in recipes on the open collection."""

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from tlgui.learning.recipes.built_in import BUILT_IN
from tlgui.text.numbers import cost_time_in_words, size_in_words
from tlgui.ui.session.session import Session
from tlgui.ui.widgets.empty_page import QuietLabel
from tlgui.ui.widgets.plain_text import PlainLabel

_UNKNOWN = "not measured yet"
_NOTE = "Measured one after another, while this page is shown and nothing else runs."


class CostTable(QFrame):
    """A row for each built-in recipe: name, time, memory and download.

    Args:
        session: Holds the estimates.
        parent: The owner.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._session = session
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("What each recipe takes")
        self.rows: dict[str, tuple[PlainLabel, PlainLabel, PlainLabel]] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(self.fontMetrics().height())
        for row, recipe in enumerate(BUILT_IN.values()):
            labels = (PlainLabel(), PlainLabel(), QuietLabel())
            for column, label in enumerate((PlainLabel(recipe.name), *labels)):
                label.setWordWrap(False)
                grid.addWidget(label, row, column)
            self.rows[recipe.name] = labels
        layout = QVBoxLayout(self)
        heading = PlainLabel("What each recipe takes on these photos")
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        note = QuietLabel(_NOTE)
        note.setWordWrap(False)
        layout.addWidget(heading)
        layout.addLayout(grid)
        layout.addWidget(note)
        session.estimates.known.connect(self._refresh)
        session.collection_changed.connect(self._refresh)
        self._refresh()

    def show_above(self, widget: QWidget) -> None:
        """Show the popup above `widget`, right-aligned with it and inside the screen."""
        self._refresh()
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(widget.width(), 0)) - QPoint(self.width(), self.height())
        edge = widget.screen().availableGeometry()
        self.move(max(corner.x(), edge.left()), max(corner.y(), edge.top()))
        self.show()

    @Slot()
    def _refresh(self) -> None:
        for recipe in BUILT_IN.values():
            cost = self._session.estimates.get(recipe)
            words = (_UNKNOWN, "", "")
            if cost is not None:
                first = f"downloads {size_in_words(cost.download_bytes)} first" if cost.download_bytes else ""
                words = (cost_time_in_words(cost, recipe), size_in_words(cost.memory_bytes), first)
            for label, word in zip(self.rows[recipe.name], words, strict=True):
                label.setText(word)
