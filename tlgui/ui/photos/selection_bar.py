"""The bar that floats at the foot of the grid while photos are selected: what they are, and what can be done with them.

The grid scrolls further by the height of the bar, so that it covers no photo that cannot be brought out from under it.
"""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, QTimer, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QPushButton, QWidget
from typing_extensions import override

from tlgui.ui.grid.photo_grid import PhotoGrid
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.folding_row import FoldingRow
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.tokens import CORNER, GRID, tokens_of

# The largest share of the grid that the bar takes with all of its buttons.
_MOST_HEIGHT = 0.4
_PLACING = frozenset({QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.Show})


class SelectionBar(QWidget):
    """The bar; hidden while nothing is selected.

    Args:
        grid: The grid that it floats over.
        parent: The owner, around the grid: beside it, where screen readers find it.

    Attributes:
        about: A line about the selected photos.
        buttons: What can be done with them, by name.
    """

    def __init__(self, grid: PhotoGrid[Any], parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = grid
        self.about = ElidedLabel()
        self.buttons = {
            "move": _button("&Move to class…", "Move the selected files to another class, or drag them onto it"),
            "confirm": _button(
                "Class is ri&ght", "The class is right: you are not asked about the selected photos again"
            ),
            "leave_out": _button("&Leave out", "Do not use the selected photos; the files stay as they are"),
            "use_again": _button("&Use again", "Use photos again that were left out"),
            "bin": _button("Move to &bin", "Move the selected files to the system's bin"),
            "open": _button("Open", "Show the photo large (Enter)"),
            "reveal": _button("&Show in folder", "Show where the file is"),
        }
        self._row = FoldingRow("More about the selected photos")
        for each in self.buttons.values():
            self._row.add(each)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(GRID, GRID, GRID, GRID)
        self._box.setSpacing(GRID)
        self._box.addWidget(self.about)
        self._box.addWidget(self._row)
        # A bar that came under the mouse between two clicks would take the second one.
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self._appear)
        # The viewport has its size only after the grid has handled its own.
        for widget in (grid, grid.viewport()):
            widget.installEventFilter(self)
        self.hide()

    def show_selection(self, about: str, can: Mapping[str, bool], hidden: frozenset[str]) -> None:
        """Show the bar.

        Args:
            about: The line about the selected photos.
            can: Which buttons can be pressed, by name.
            hidden: The buttons that do not apply.
        """
        self.about.set_text(about)
        for name, button in self.buttons.items():
            button.setEnabled(can[name])
        for name, button in self.buttons.items():
            button.setVisible(name not in hidden)
        if self.isVisible():
            self._place()
        elif self._grid.was_just_pressed():
            self._later.start(QApplication.doubleClickInterval())
        else:
            self._appear()

    def hide_selection(self) -> None:
        """Hide the bar, because nothing is selected."""
        self._later.stop()
        if self.isAncestorOf(QApplication.focusWidget() or self._grid):
            self._grid.setFocus()
        self.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _PLACING:
            self._place()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(QColor(tokens_of(palette).control))
        painter.setBrush(palette.window())
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), CORNER, CORNER)
        painter.end()

    @Slot()
    def _appear(self) -> None:
        self._place()
        self.show()
        self.raise_()
        # What is selected stays in sight.
        self._grid.scrollTo(self._grid.currentIndex())

    def _place(self) -> None:
        """Put the bar at the foot; with large text in a small window, with one line of buttons and a menu."""
        self._row.set_folding(folds=False)
        self._put()
        room, cell = self._grid.viewport().height(), self._grid.visualRect(self._grid.currentIndex()).height()
        if self.height() > room * _MOST_HEIGHT or room - self.height() - 2 * GRID < cell:
            self._row.set_folding(folds=True)
            self._put()

    def _put(self) -> None:
        """Put the bar at the foot, as wide as its content or the grid."""
        viewport = self._grid.viewport().geometry().translated(self._grid.pos())
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        buttons = sum(button.sizeHint().width() + GRID for button in shown)
        about, room = self.about.sizeHint().width(), max(1, viewport.width() - 2 * GRID)
        beside = about + buttons + 4 * GRID
        is_beside = beside <= room
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom)
        width = beside if is_beside else min(max(about, buttons) + 2 * GRID, room)
        inner = width - 2 * GRID
        above = 0 if is_beside else self.about.sizeHint().height() + GRID
        height = above + self._row.heightForWidth(inner - (about + GRID if is_beside else 0)) + 2 * GRID
        left = viewport.left() + (viewport.width() - width) // 2
        self.setGeometry(QRect(left, viewport.bottom() - height - GRID, width, height))
        self._grid.set_foot(height + 2 * GRID)


def _button(text: str, tooltip: str) -> QPushButton:
    button = QPushButton(text)
    set_tip(button, tooltip)
    return button
