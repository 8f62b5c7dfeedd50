"""The line at the head of an open collection: its name, its size, its path, its problems, and a menu.

With large text in a narrow window it is two lines.
"""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QFont, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from tlgui.photos.collection import Collection
from tlgui.photos.names import shown_name
from tlgui.text.numbers import count
from tlgui.ui.photos.problem_badge import ProblemBadge
from tlgui.ui.widgets.elided_label import ElidedLabel
from tlgui.ui.widgets.plain_text import set_tip
from tlgui.ui.widgets.primary import make_primary
from tlgui.ui.widgets.tokens import GRID, Type, type_scale


class CollectionHeader(QWidget):
    """The line.

    Args:
        parent: The owner.

    Attributes:
        heading: The name of the folder.
        summary: How many photos and classes there are.
        folder: The path.
        badge: The number of problems.
        next_button: Goes on to training.
        refresh_action: Reads the folder again.
        choose_action: Asks for another folder.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = ElidedLabel(is_quiet=False)
        self._enlarge_heading()
        self.summary = ElidedLabel(is_quiet=False)
        self.folder = ElidedLabel()
        for label in (self.heading, self.summary):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # The path gives way first.
        self.folder.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.folder.setMinimumWidth(1)
        self.badge = ProblemBadge()
        self.next_button = QPushButton("&Next: Train")
        self.next_button.setDefault(True)
        make_primary(self.next_button)
        self.refresh_action = QAction("&Refresh", self)
        set_tip(self.refresh_action, "Look at the folder again, after you added or removed photos (F5)")
        self.choose_action = QAction("&Choose another folder…", self)
        self.more_button = QToolButton()
        self.more_button.setText("⋯")
        self.more_button.setAccessibleName("More about this folder")
        set_tip(self.more_button, "Refresh, or choose another folder")
        self.more_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu = QMenu(self.more_button)
        menu.setToolTipsVisible(True)
        menu.addActions([self.refresh_action, self.choose_action])
        self.more_button.setMenu(menu)
        self._names, self._buttons = QWidget(), QWidget()
        names, buttons = QHBoxLayout(self._names), QHBoxLayout(self._buttons)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        for layout in (names, buttons, self._box):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(2 * GRID)
        names.addWidget(self.heading)
        names.addWidget(self.summary)
        names.addWidget(self.folder, 1)
        buttons.addWidget(self.badge)
        buttons.addStretch(1)
        buttons.addWidget(self.next_button)
        buttons.addWidget(self.more_button)
        self._box.addWidget(self._names, 1)
        self._box.addWidget(self._buttons)

    @override
    def minimumSizeHint(self) -> QSize:
        # The names may be cut; the controls never are.
        width = max(self._names.minimumSizeHint().width(), self._buttons.minimumSizeHint().width())
        return QSize(width, self.sizeHint().height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._enlarge_heading()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _enlarge_heading(self) -> None:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * type_scale(Type.HEADING))
        font.setBold(True)
        self.heading.setFont(font)

    def _fit(self) -> None:
        """Put the buttons below the names where both do not fit beside each other."""
        names = self.heading.sizeHint().width() + self.summary.sizeHint().width() + 4 * GRID
        is_wide = names + self._buttons.sizeHint().width() <= self.width()
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if direction != self._box.direction():
            self._box.setDirection(direction)

    def show_collection(self, collection: Collection, *, is_reading: bool) -> None:
        """Show the name, the size and the path.

        Args:
            collection: The collection, as far as it was read.
            is_reading: Whether the folder is still being listed.
        """
        self.heading.set_text(shown_name(collection.folder))
        self.summary.set_text(_summary(collection, is_reading=is_reading))
        self.folder.set_text(str(collection.folder))
        self._fit()

    def set_free(self, *, is_free: bool) -> None:
        """Set whether the folder can be read now, because no job is under way."""
        self.refresh_action.setEnabled(is_free)
        self.choose_action.setEnabled(is_free)


def _summary(collection: Collection, *, is_reading: bool) -> str:
    if is_reading:
        return f"Reading: {count('photo', collection.photo_count)} so far"
    if not collection.classes:
        return "No photos to learn from"
    return f"{count('photo', collection.photo_count)} in {count('class', len(collection.classes))}"
